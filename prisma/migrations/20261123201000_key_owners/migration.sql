-- A key is its member's, who made it, or a service key.
ALTER TABLE "api_key" ADD COLUMN     "ownerId" TEXT;
UPDATE api_key k SET "ownerId" = k."createdBy" FROM member m WHERE m."organizationId" = k."organizationId" AND m."userId" = k."createdBy";
