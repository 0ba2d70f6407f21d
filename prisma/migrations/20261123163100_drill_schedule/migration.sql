-- Drills that come back every week, and reports that outlive the rows of the log.
CREATE TABLE "preset_drill_schedule" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "presetId" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "percent" DOUBLE PRECISION NOT NULL,
    "mode" TEXT NOT NULL,
    "minutes" DOUBLE PRECISION NOT NULL,
    "day" TEXT NOT NULL,
    "hour" INTEGER NOT NULL,
    "createdBy" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "lastDueAt" TIMESTAMPTZ(3),
    "lastOutcome" TEXT,

    CONSTRAINT "preset_drill_schedule_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "preset_drill_schedule_organizationId_idx" ON "preset_drill_schedule"("organizationId");

-- CreateIndex
CREATE INDEX "preset_drill_schedule_presetId_idx" ON "preset_drill_schedule"("presetId");

-- AddForeignKey
ALTER TABLE "preset_drill_schedule" ADD CONSTRAINT "preset_drill_schedule_presetId_fkey" FOREIGN KEY ("presetId") REFERENCES "preset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE preset_drill_schedule ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON preset_drill_schedule TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON preset_drill_schedule TO trunkline_tenant;

-- AlterTable
ALTER TABLE "preset_drill" ADD COLUMN "scheduleId" TEXT, ADD COLUMN "report" JSONB;

ALTER TABLE alert_rule DROP CONSTRAINT alert_rule_kind;
ALTER TABLE alert_rule ADD CONSTRAINT alert_rule_kind CHECK (kind IN ('budget', 'error_rate', 'spend_anomaly', 'latency', 'provider_down', 'credential_failing', 'low_balance', 'price_change', 'drill_failed'));
