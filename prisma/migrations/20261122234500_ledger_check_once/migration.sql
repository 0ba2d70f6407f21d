-- The entries of a transaction arrive in one statement, so one look at that statement's rows proves that they balance. A look for each
-- row, at commit, was most of what booking an event cost.
DROP TRIGGER balances ON ledger_entry;
DROP FUNCTION ledger_balances();
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE unbalanced text;
BEGIN
  SELECT "transactionId" INTO unbalanced FROM posted GROUP BY "transactionId" HAVING sum("amountNanoUsd") <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger transaction % does not balance', unbalanced USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER balances AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_balances();
