-- AlterTable
ALTER TABLE "price_version" ADD COLUMN     "steps" JSONB;
