-- AlterTable
ALTER TABLE "project" ADD COLUMN     "promptPatterns" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "promptPercent" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "promptRetentionDays" INTEGER NOT NULL DEFAULT 7,
ADD COLUMN     "promptsSince" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "stored_prompt" (
    "organizationId" TEXT NOT NULL,
    "requestId" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "sealed" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_prompt_pkey" PRIMARY KEY ("organizationId","requestId")
);

-- CreateIndex
CREATE INDEX "stored_prompt_expiresAt_idx" ON "stored_prompt"("expiresAt");

-- Only gateways write it; the dashboard reads it, and deletes it when a project stops storing.
ALTER TABLE stored_prompt ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stored_prompt TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, DELETE ON stored_prompt TO trunkline_tenant;
ALTER TABLE project ADD CONSTRAINT project_prompt_percent CHECK ("promptPercent" BETWEEN 0 AND 100);
ALTER TABLE project ADD CONSTRAINT project_prompt_retention CHECK ("promptRetentionDays" BETWEEN 1 AND 30);
