-- CreateTable
CREATE TABLE "receipt" (
    "generationId" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "keyId" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "receipt_pkey" PRIMARY KEY ("generationId")
);

-- CreateTable
CREATE TABLE "receipt_chain" (
    "organizationId" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "receipt_chain_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "receipt_pending" (
    "organizationId" TEXT NOT NULL,
    "generationId" TEXT NOT NULL,

    CONSTRAINT "receipt_pending_pkey" PRIMARY KEY ("organizationId","generationId")
);

-- CreateTable
CREATE TABLE "receipt_key" (
    "id" TEXT NOT NULL,
    "publicKey" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "receipt_key_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "receipt_organizationId_sequence_key" ON "receipt"("organizationId", "sequence");

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON receipt_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE receipt ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON receipt TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
ALTER TABLE receipt_chain ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipt_pending ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON receipt, receipt_key TO trunkline_tenant;
