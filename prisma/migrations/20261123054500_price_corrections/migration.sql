-- CreateTable
CREATE TABLE "price_correction" (
    "id" TEXT NOT NULL,
    "priceVersionId" TEXT NOT NULL,
    "prices" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "fromAt" TIMESTAMPTZ(3),
    "toAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "price_correction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price_correction_line" (
    "id" TEXT NOT NULL,
    "correctionId" TEXT NOT NULL,
    "generationId" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "deltaNanoUsd" BIGINT NOT NULL,
    "chargeNanoUsd" BIGINT NOT NULL,
    "ownKeyFeeDeltaNanoUsd" BIGINT NOT NULL,
    "ownSpendDeltaNanoUsd" BIGINT NOT NULL,
    "costDeltaNanoUsd" BIGINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "price_correction_line_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credit_note" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "correctionId" TEXT NOT NULL,
    "amountNanoUsd" BIGINT NOT NULL,
    "requests" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "settledBy" TEXT,
    "cents" BIGINT NOT NULL DEFAULT 0,
    "stripeTransactionId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "settledAt" TIMESTAMPTZ(3),
    "mailedAt" TIMESTAMPTZ(3),

    CONSTRAINT "credit_note_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "price_correction_line_correctionId_generationId_key" ON "price_correction_line"("correctionId", "generationId");

-- CreateIndex
CREATE INDEX "price_correction_line_generationId_idx" ON "price_correction_line"("generationId");

-- CreateIndex
CREATE INDEX "price_correction_line_organizationId_correctionId_idx" ON "price_correction_line"("organizationId", "correctionId");

-- CreateIndex
CREATE INDEX "credit_note_organizationId_createdAt_idx" ON "credit_note"("organizationId", "createdAt");

-- One note of a correction is open for each organization: what a later run finds opens the next.
ALTER TABLE credit_note ADD CONSTRAINT credit_note_state CHECK (state IN ('open', 'settled'));
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON price_correction_line FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE price_correction_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON price_correction_line TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
ALTER TABLE credit_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON credit_note TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT ON price_correction_line, credit_note TO trunkline_tenant;
