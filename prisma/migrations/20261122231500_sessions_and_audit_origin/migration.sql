-- Where a change and a sign-in came from, so that a person can tell their own sessions from a stranger's.
ALTER TABLE "audit_entry" ADD COLUMN "address" TEXT;
ALTER TABLE "session" ADD COLUMN "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, ADD COLUMN "userAgent" TEXT, ADD COLUMN "address" TEXT;
