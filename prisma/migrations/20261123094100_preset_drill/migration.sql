-- CreateTable
CREATE TABLE "preset_drill" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "presetId" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "percent" DOUBLE PRECISION NOT NULL,
    "mode" TEXT NOT NULL,
    "startedBy" TEXT,
    "startsAt" TIMESTAMPTZ(3) NOT NULL,
    "endsAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "preset_drill_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "preset_drill_organizationId_startsAt_idx" ON "preset_drill"("organizationId", "startsAt");

-- CreateIndex
CREATE INDEX "preset_drill_presetId_endsAt_idx" ON "preset_drill"("presetId", "endsAt");

-- AddForeignKey
ALTER TABLE "preset_drill" ADD CONSTRAINT "preset_drill_presetId_fkey" FOREIGN KEY ("presetId") REFERENCES "preset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE preset_drill ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON preset_drill TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON preset_drill TO trunkline_tenant;
