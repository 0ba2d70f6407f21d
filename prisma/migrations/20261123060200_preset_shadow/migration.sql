-- CreateTable
CREATE TABLE "preset_shadow" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "presetId" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "baseVersion" INTEGER NOT NULL,
    "percent" DOUBLE PRECISION NOT NULL,
    "startedBy" TEXT,
    "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "preset_shadow_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "preset_shadow_organizationId_idx" ON "preset_shadow"("organizationId");

-- CreateIndex
CREATE INDEX "preset_shadow_presetId_startedAt_idx" ON "preset_shadow"("presetId", "startedAt");

-- AddForeignKey
ALTER TABLE "preset_shadow" ADD CONSTRAINT "preset_shadow_presetId_fkey" FOREIGN KEY ("presetId") REFERENCES "preset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One at a time. Prisma's schema cannot say it.
CREATE UNIQUE INDEX preset_shadow_running ON preset_shadow ("presetId") WHERE "endedAt" IS NULL;

ALTER TABLE preset_shadow ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON preset_shadow TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON preset_shadow TO trunkline_tenant;
