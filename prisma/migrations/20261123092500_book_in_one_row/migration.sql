-- What a request is booked as was six rows of the ledger with eight index entries, a row to remember its receipt by, and JSON that was taken apart to be stored and put
-- together to be read. It is one row of the ledger now, an id in a list, and JSON as it came.

-- A transaction carries its entries: a column an account. That they sum to zero is the row's own constraint, and an entry without its transaction cannot be written.
ALTER TABLE "ledger_transaction" ADD COLUMN "cashNanoUsd" BIGINT, ADD COLUMN "customerReceivableNanoUsd" BIGINT, ADD COLUMN "revenueNanoUsd" BIGINT, ADD COLUMN "ownKeyFeeNanoUsd" BIGINT,
  ADD COLUMN "providerCostNanoUsd" BIGINT, ADD COLUMN "providerPayableNanoUsd" BIGINT, ADD COLUMN "absorbedNanoUsd" BIGINT;
DO $$ BEGIN
  IF EXISTS (SELECT FROM ledger_entry WHERE account NOT IN ('cash', 'customer_receivable', 'revenue', 'own_key_fee', 'provider_cost', 'provider_payable', 'absorbed')) THEN
    RAISE EXCEPTION 'the ledger holds entries of an account that has no column';
  END IF;
END $$;
ALTER TABLE ledger_transaction DISABLE TRIGGER append_only;
UPDATE ledger_transaction t SET "cashNanoUsd" = e.cash, "customerReceivableNanoUsd" = e.receivable, "revenueNanoUsd" = e.revenue, "ownKeyFeeNanoUsd" = e.fee, "providerCostNanoUsd" = e.cost, "providerPayableNanoUsd" = e.payable, "absorbedNanoUsd" = e.absorbed
FROM (
  SELECT "transactionId", sum("amountNanoUsd") FILTER (WHERE account = 'cash') AS cash, sum("amountNanoUsd") FILTER (WHERE account = 'customer_receivable') AS receivable, sum("amountNanoUsd") FILTER (WHERE account = 'revenue') AS revenue,
    sum("amountNanoUsd") FILTER (WHERE account = 'own_key_fee') AS fee, sum("amountNanoUsd") FILTER (WHERE account = 'provider_cost') AS cost, sum("amountNanoUsd") FILTER (WHERE account = 'provider_payable') AS payable,
    sum("amountNanoUsd") FILTER (WHERE account = 'absorbed') AS absorbed
  FROM ledger_entry GROUP BY 1
) e WHERE e."transactionId" = t.id;
ALTER TABLE ledger_transaction ENABLE TRIGGER append_only;
ALTER TABLE ledger_transaction ADD CONSTRAINT ledger_transaction_balances CHECK (coalesce("cashNanoUsd", 0) + coalesce("customerReceivableNanoUsd", 0) + coalesce("revenueNanoUsd", 0) + coalesce("ownKeyFeeNanoUsd", 0)
  + coalesce("providerCostNanoUsd", 0) + coalesce("providerPayableNanoUsd", 0) + coalesce("absorbedNanoUsd", 0) = 0);

-- The id of a request's transaction follows from the request's, so the primary key is what keeps a second one out; all other sources keep their index.
ALTER TABLE ledger_transaction ADD CONSTRAINT ledger_transaction_usage_id CHECK (kind <> 'usage' OR id = 'txn_' || "sourceId");
DROP INDEX "ledger_transaction_kind_sourceId_key";
CREATE UNIQUE INDEX ledger_transaction_source ON ledger_transaction (kind, "sourceId") WHERE kind <> 'usage';

-- Line by line, as before. Who reads it sees what row-level security shows of the transactions.
DROP TABLE "ledger_entry";
DROP FUNCTION ledger_balances();
CREATE VIEW ledger_entry WITH (security_invoker = true) AS
  SELECT t.id AS "transactionId", t."organizationId", e.account, e."amountNanoUsd" FROM ledger_transaction t CROSS JOIN LATERAL (VALUES
    ('cash', t."cashNanoUsd"), ('customer_receivable', t."customerReceivableNanoUsd"), ('revenue', t."revenueNanoUsd"), ('own_key_fee', t."ownKeyFeeNanoUsd"),
    ('provider_cost', t."providerCostNanoUsd"), ('provider_payable', t."providerPayableNanoUsd"), ('absorbed', t."absorbedNanoUsd")
  ) e (account, "amountNanoUsd") WHERE e."amountNanoUsd" IS NOT NULL;
GRANT SELECT ON ledger_entry TO trunkline_tenant;

-- Receipts are due by the batch, in the order in which batches were booked.
ALTER TABLE "receipt_pending" RENAME TO receipt_pending_before;
ALTER TABLE receipt_pending_before RENAME CONSTRAINT receipt_pending_pkey TO receipt_pending_before_pkey;
CREATE TABLE "receipt_pending" (
    "id" BIGSERIAL NOT NULL,
    "organizationId" TEXT NOT NULL,
    "generationIds" TEXT[],
    "due" INTEGER NOT NULL,

    CONSTRAINT "receipt_pending_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "receipt_pending_organizationId_id_idx" ON "receipt_pending"("organizationId", "id");
ALTER TABLE receipt_pending ENABLE ROW LEVEL SECURITY;
INSERT INTO receipt_pending ("organizationId", "generationIds", "due")
SELECT "organizationId", array_agg("generationId" ORDER BY "generationId"), count(*) FROM (SELECT *, (row_number() OVER (PARTITION BY "organizationId" ORDER BY "generationId") - 1) / 2000 AS part FROM receipt_pending_before) p GROUP BY "organizationId", part ORDER BY "organizationId", part;
DROP TABLE receipt_pending_before;
ALTER TABLE "receipt_pending" ALTER COLUMN "generationIds" SET NOT NULL;

-- Stored as it came; the few questions that look into the attempts take them apart themselves.
ALTER TABLE "generation" ALTER COLUMN "usageParts" TYPE JSON, ALTER COLUMN "attempts" TYPE JSON, ALTER COLUMN "losses" TYPE JSON, ALTER COLUMN "metadata" TYPE JSON, ALTER COLUMN "decision" TYPE JSON;
