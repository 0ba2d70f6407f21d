-- AlterTable
ALTER TABLE "generation" ADD COLUMN     "credentialId" TEXT,
ADD COLUMN     "ownSpendNanoUsd" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "usage_rollup" ADD COLUMN     "ownSpendNanoUsd" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "provider_credential" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "lastFour" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "baseUrl" TEXT,
    "position" INTEGER NOT NULL DEFAULT 0,
    "weight" INTEGER NOT NULL DEFAULT 1,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "platformFallback" BOOLEAN NOT NULL DEFAULT true,
    "createdBy" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "validatedAt" TIMESTAMPTZ(3),
    "lastUsedAt" TIMESTAMPTZ(3),
    "lastFailureAt" TIMESTAMPTZ(3),
    "lastFailure" TEXT,

    CONSTRAINT "provider_credential_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "provider_credential_organizationId_provider_position_idx" ON "provider_credential"("organizationId", "provider", "position");

ALTER TABLE provider_credential ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON provider_credential TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON provider_credential TO trunkline_tenant;
ALTER TABLE generation ADD CONSTRAINT generation_own_spend CHECK ("ownSpendNanoUsd" >= 0);
