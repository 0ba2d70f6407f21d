-- Invoices of subscriptions are posted: the plan's fee and the rounding to cents when they are final, their payments, and what went back.
CREATE TABLE "stripe_invoice" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "number" TEXT,
    "status" TEXT NOT NULL,
    "totalNanoUsd" BIGINT NOT NULL,
    "extraNanoUsd" BIGINT NOT NULL,
    "paidNanoUsd" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "stripe_invoice_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "stripe_invoice_organizationId_createdAt_idx" ON "stripe_invoice"("organizationId", "createdAt");

ALTER TABLE stripe_invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON stripe_invoice TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT ON stripe_invoice TO trunkline_tenant;
