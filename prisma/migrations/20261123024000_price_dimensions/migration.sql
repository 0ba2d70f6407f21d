-- AlterTable
ALTER TABLE "price_version" ADD COLUMN     "hours" JSONB,
ADD COLUMN     "parts" JSONB,
ADD COLUMN     "tierPerMille" JSONB;

-- AlterTable
ALTER TABLE "generation" ADD COLUMN     "usageParts" JSONB;
