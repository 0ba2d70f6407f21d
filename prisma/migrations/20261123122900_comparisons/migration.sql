-- What each nightly comparison found is kept; attempts of all organizations within a day are held against their provider's own accounts; and what estimates were off by is settled.
CREATE TABLE "meter_comparison" (
    "organizationId" TEXT NOT NULL,
    "meter" TEXT NOT NULL,
    "comparedAt" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "confirmed" BOOLEAN NOT NULL,
    "sent" BIGINT NOT NULL,
    "inDoubt" BIGINT NOT NULL,
    "stripe" BIGINT NOT NULL,

    CONSTRAINT "meter_comparison_pkey" PRIMARY KEY ("organizationId","meter","comparedAt")
);
CREATE INDEX "meter_comparison_comparedAt_idx" ON "meter_comparison"("comparedAt");

CREATE TABLE "provider_comparison" (
    "provider" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "comparedAt" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "bookedNanoUsd" BIGINT NOT NULL,
    "providerNanoUsd" BIGINT NOT NULL,
    "errorBarNanoUsd" BIGINT NOT NULL,
    "gaps" JSONB NOT NULL,

    CONSTRAINT "provider_comparison_pkey" PRIMARY KEY ("provider","day","comparedAt")
);
CREATE INDEX "provider_comparison_comparedAt_idx" ON "provider_comparison"("comparedAt");

CREATE TABLE "estimate_settlement" (
    "id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "model" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "attempts" BIGINT NOT NULL,
    "estimatedNanoUsd" BIGINT NOT NULL,
    "deltaNanoUsd" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "estimate_settlement_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "estimate_settlement_provider_day_model_idx" ON "estimate_settlement"("provider", "day", "model");
CREATE INDEX "estimate_settlement_organizationId_createdAt_idx" ON "estimate_settlement"("organizationId", "createdAt");
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON estimate_settlement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Rows are written nearly in the order of time: a summary of page ranges costs booking next to nothing.
CREATE INDEX "generation_created_at" ON "generation" USING BRIN ("createdAt");

ALTER TABLE meter_comparison ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON meter_comparison TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
ALTER TABLE estimate_settlement ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON estimate_settlement TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
-- Of all organizations together: no tenant reads it.
ALTER TABLE provider_comparison ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON meter_comparison, estimate_settlement TO trunkline_tenant;
