-- AlterTable
ALTER TABLE "billing_account" ADD COLUMN "postpaidFrom" TIMESTAMPTZ(3), ADD COLUMN "postpaidUntil" TIMESTAMPTZ(3);
UPDATE "billing_account" a SET "postpaidFrom" = coalesce((SELECT max(e."createdAt") FROM "credit_entry" e WHERE e."organizationId" = a."organizationId" AND e.kind = 'postpaid_from'), a."updatedAt") WHERE a.mode = 'postpaid';

-- AlterTable: until now every event named the last second of its window, an hour unless told otherwise
ALTER TABLE "meter_export" ADD COLUMN "eventAt" TIMESTAMPTZ(3);
UPDATE "meter_export" SET "eventAt" = "windowStart" + interval '3599 seconds';
ALTER TABLE "meter_export" ALTER COLUMN "eventAt" SET NOT NULL;
