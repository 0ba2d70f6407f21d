-- CreateTable
CREATE TABLE "price_notice" (
    "organizationId" TEXT NOT NULL,
    "presetSlug" TEXT NOT NULL,
    "presetVersion" INTEGER NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "models" TEXT[],
    "requests" INTEGER NOT NULL,
    "changedShare" DOUBLE PRECISION NOT NULL,
    "followedNanoUsd" BIGINT NOT NULL,
    "savedNanoUsd" BIGINT,
    "proposal" JSONB,
    "moved" JSONB,
    "foundAt" TIMESTAMPTZ(3) NOT NULL,
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "price_notice_pkey" PRIMARY KEY ("organizationId","presetSlug")
);

ALTER TABLE price_notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON price_notice TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, UPDATE ON price_notice TO trunkline_tenant;
-- A rule may tell of them.
ALTER TABLE alert_rule DROP CONSTRAINT alert_rule_kind;
ALTER TABLE alert_rule ADD CONSTRAINT alert_rule_kind CHECK (kind IN ('budget', 'error_rate', 'spend_anomaly', 'provider_down', 'credential_failing', 'price_change'));
