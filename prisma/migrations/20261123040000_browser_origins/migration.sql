-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "browserOrigins" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- A management key acts as an admin: no page may hold one.
ALTER TABLE api_key ADD CONSTRAINT api_key_browser_origins CHECK (kind <> 'mgmt' OR cardinality("browserOrigins") = 0);
