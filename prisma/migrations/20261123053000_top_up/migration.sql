-- AlterTable
ALTER TABLE "billing_account" ADD COLUMN     "paymentMethodId" TEXT;

-- CreateTable
CREATE TABLE "auto_top_up" (
    "organizationId" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "thresholdNanoUsd" BIGINT NOT NULL,
    "amountNanoUsd" BIGINT NOT NULL,
    "monthlyCapNanoUsd" BIGINT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "retryAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "auto_top_up_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "top_up" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "amountNanoUsd" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "paymentIntentId" TEXT,
    "error" TEXT,
    "actionUrl" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "triedAt" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),
    "mailedAt" TIMESTAMPTZ(3),

    CONSTRAINT "top_up_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "top_up_organizationId_createdAt_idx" ON "top_up"("organizationId", "createdAt");

-- One in flight an organization, whoever looks.
CREATE UNIQUE INDEX top_up_pending ON top_up ("organizationId") WHERE state = 'pending';
ALTER TABLE top_up ADD CONSTRAINT top_up_state CHECK (state IN ('pending', 'paid', 'failed', 'action_required'));
ALTER TABLE auto_top_up ADD CONSTRAINT auto_top_up_amounts CHECK ("thresholdNanoUsd" > 0 AND "amountNanoUsd" > 0 AND "monthlyCapNanoUsd" >= "amountNanoUsd");

-- The dashboard sets the wish; only the worker buys.
ALTER TABLE auto_top_up ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON auto_top_up TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
ALTER TABLE top_up ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON top_up TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, INSERT, UPDATE ON auto_top_up TO trunkline_tenant;
GRANT SELECT ON top_up TO trunkline_tenant;
