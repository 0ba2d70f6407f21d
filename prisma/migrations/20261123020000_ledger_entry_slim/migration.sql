-- An entry is found by its transaction alone. Three indexes and a row-by-row foreign key cost more than all else that is booked for a request; what the
-- key promised, the statement's own trigger checks once a batch. Transactions cannot be deleted, so no entry can lose its own later.
ALTER TABLE ledger_entry DROP CONSTRAINT "ledger_entry_transactionId_fkey";
DROP INDEX "ledger_entry_transactionId_idx";
DROP INDEX "ledger_entry_organizationId_account_idx";
ALTER TABLE ledger_entry DROP CONSTRAINT "ledger_entry_pkey";
ALTER TABLE ledger_entry DROP COLUMN id;
ALTER TABLE ledger_entry ADD CONSTRAINT "ledger_entry_pkey" PRIMARY KEY ("transactionId", account);

CREATE OR REPLACE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE faulty record;
BEGIN
  SELECT sums.id, sums.amount INTO faulty
  FROM (SELECT "transactionId" AS id, sum("amountNanoUsd") AS amount FROM posted GROUP BY 1) sums
  WHERE sums.amount <> 0 OR (SELECT t.id FROM ledger_transaction t WHERE t.id = sums.id) IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger transaction % %', faulty.id, CASE WHEN faulty.amount <> 0 THEN 'does not balance' ELSE 'does not exist' END USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
