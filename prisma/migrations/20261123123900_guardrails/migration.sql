-- AlterTable
ALTER TABLE "project" ADD COLUMN     "guardrails" JSONB;

-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "allowedModels" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
