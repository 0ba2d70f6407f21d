-- CreateTable
CREATE TABLE "alert_rule" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "emails" TEXT[],
    "webhookUrl" TEXT,
    "webhookSecret" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "createdBy" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "alert_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_event" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "ruleId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "details" JSONB NOT NULL,
    "test" BOOLEAN NOT NULL DEFAULT false,
    "firedAt" TIMESTAMPTZ(3) NOT NULL,
    "resolvedAt" TIMESTAMPTZ(3),

    CONSTRAINT "alert_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "alert_delivery" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "eventId" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "nextAttemptAt" TIMESTAMPTZ(3) NOT NULL,
    "sentAt" TIMESTAMPTZ(3),
    "lastError" TEXT,

    CONSTRAINT "alert_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "alert_rule_organizationId_createdAt_idx" ON "alert_rule"("organizationId", "createdAt");

-- CreateIndex
CREATE INDEX "alert_event_organizationId_firedAt_idx" ON "alert_event"("organizationId", "firedAt" DESC);

-- CreateIndex
CREATE INDEX "alert_delivery_state_nextAttemptAt_idx" ON "alert_delivery"("state", "nextAttemptAt");

-- CreateIndex
CREATE INDEX "alert_delivery_eventId_idx" ON "alert_delivery"("eventId");

-- AddForeignKey
ALTER TABLE "alert_event" ADD CONSTRAINT "alert_event_ruleId_fkey" FOREIGN KEY ("ruleId") REFERENCES "alert_rule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "alert_delivery" ADD CONSTRAINT "alert_delivery_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "alert_event"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A finding is open once, however many workers see it.
CREATE UNIQUE INDEX alert_event_open ON alert_event ("ruleId", subject) WHERE "resolvedAt" IS NULL AND NOT test;
ALTER TABLE alert_rule ADD CONSTRAINT alert_rule_kind CHECK (kind IN ('budget', 'error_rate', 'spend_anomaly', 'provider_down', 'credential_failing'));
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['alert_rule', 'alert_event', 'alert_delivery'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant())', name);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_rule TO trunkline_tenant;
GRANT SELECT, INSERT ON alert_event, alert_delivery TO trunkline_tenant;
