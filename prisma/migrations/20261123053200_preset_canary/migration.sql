-- CreateTable
CREATE TABLE "preset_canary" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "presetId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "baseVersion" INTEGER NOT NULL,
    "percent" DOUBLE PRECISION NOT NULL,
    "drawnBy" TEXT NOT NULL,
    "startedBy" TEXT,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "reason" TEXT,

    CONSTRAINT "preset_canary_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "preset_canary_organizationId_idx" ON "preset_canary"("organizationId");

-- CreateIndex
CREATE INDEX "preset_canary_presetId_startedAt_idx" ON "preset_canary"("presetId", "startedAt");

-- AddForeignKey
ALTER TABLE "preset_canary" ADD CONSTRAINT "preset_canary_presetId_fkey" FOREIGN KEY ("presetId") REFERENCES "preset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One at a time. Prisma's schema cannot say it.
CREATE UNIQUE INDEX preset_canary_running ON preset_canary ("presetId") WHERE "endedAt" IS NULL;

ALTER TABLE preset_canary ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON preset_canary TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON preset_canary TO trunkline_tenant;
