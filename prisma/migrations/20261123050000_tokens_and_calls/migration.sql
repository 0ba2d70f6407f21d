ALTER TABLE "organization" ADD COLUMN "tpmLimit" INTEGER, ADD COLUMN "concurrencyLimit" INTEGER;
ALTER TABLE "project" ADD COLUMN "rpmLimit" INTEGER, ADD COLUMN "tpmLimit" INTEGER, ADD COLUMN "concurrencyLimit" INTEGER;
ALTER TABLE "api_key" ADD COLUMN "tpmLimit" INTEGER, ADD COLUMN "concurrencyLimit" INTEGER;
