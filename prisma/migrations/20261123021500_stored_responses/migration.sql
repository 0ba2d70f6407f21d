-- AlterTable
ALTER TABLE "organization" ADD COLUMN     "responseRetentionDays" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "stored_response" (
    "organizationId" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "previousId" TEXT,
    "sealed" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stored_response_pkey" PRIMARY KEY ("organizationId","projectId","mode","id")
);

-- CreateIndex
CREATE INDEX "stored_response_expiresAt_idx" ON "stored_response"("expiresAt");

-- The dashboard never reads a body; it may only throw them away, when the organization stops storing.
ALTER TABLE stored_response ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stored_response TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT DELETE ON stored_response TO trunkline_tenant;
GRANT SELECT ("organizationId") ON stored_response TO trunkline_tenant;
ALTER TABLE organization ADD CONSTRAINT organization_response_retention CHECK ("responseRetentionDays" BETWEEN 0 AND 30);
