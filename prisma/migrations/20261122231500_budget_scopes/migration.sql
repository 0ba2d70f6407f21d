-- AlterTable
ALTER TABLE "budget" ADD COLUMN     "action" TEXT NOT NULL DEFAULT 'block',
ADD COLUMN     "enforced" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE budget ADD CONSTRAINT budget_words CHECK (scope IN ('organization', 'project', 'key', 'model', 'preset', 'user') AND action IN ('block', 'downgrade'));
-- What an end user has spent is summed from single rows, and few calls name one.
CREATE INDEX generation_end_user ON generation ("organizationId", "endUser", "createdAt") WHERE "endUser" IS NOT NULL;
CREATE INDEX generation_credential ON generation ("credentialId", "createdAt") WHERE "credentialId" IS NOT NULL;
