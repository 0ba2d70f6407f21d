-- CreateTable
CREATE TABLE "billing_account" (
    "organizationId" TEXT NOT NULL,
    "plan" TEXT NOT NULL DEFAULT 'free',
    "mode" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "creditNanoUsd" BIGINT NOT NULL DEFAULT 0,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "billing_account_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "credit_entry" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sourceId" TEXT NOT NULL,
    "amountNanoUsd" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "credit_entry_organizationId_createdAt_idx" ON "credit_entry"("organizationId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "credit_entry_kind_sourceId_key" ON "credit_entry"("kind", "sourceId");

-- The dashboard's tenant role reads both; only a verified Stripe event writes, as the owner of the tables.
ALTER TABLE billing_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON billing_account TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
ALTER TABLE credit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON credit_entry TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT ON billing_account, credit_entry TO trunkline_tenant;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON credit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE billing_account ADD CONSTRAINT billing_account_mode CHECK (mode IN ('prepaid', 'postpaid'));
ALTER TABLE billing_account ADD CONSTRAINT billing_account_state CHECK (state IN ('active', 'past_due'));
