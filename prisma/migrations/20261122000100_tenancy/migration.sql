-- Row-level security: the dashboard's tenant statements run as trunkline_tenant with app.tenant set for the transaction.
-- The role is neither owner nor superuser and has no BYPASSRLS, so a statement that forgets its organization sees nothing.
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trunkline_tenant') THEN
    CREATE ROLE trunkline_tenant NOLOGIN NOBYPASSRLS;
  END IF;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT trunkline_tenant TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO trunkline_tenant;

CREATE FUNCTION app_tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant', true), '') $$;

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['member', 'project', 'api_key', 'preset', 'preset_version', 'budget', 'audit_entry', 'generation', 'usage_rollup', 'ledger_account', 'ledger_transaction', 'ledger_entry', 'meter_export'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant())', name);
  END LOOP;
END $$;
ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organization TO trunkline_tenant USING (id = app_tenant()) WITH CHECK (id = app_tenant());

GRANT SELECT, INSERT, UPDATE, DELETE ON member, project, api_key, preset, preset_version, budget TO trunkline_tenant;
GRANT SELECT, UPDATE ON organization TO trunkline_tenant;
GRANT SELECT, INSERT ON audit_entry TO trunkline_tenant;
GRANT USAGE ON SEQUENCE "audit_entry_id_seq" TO trunkline_tenant;
GRANT SELECT ON generation, usage_rollup, ledger_account, ledger_transaction, ledger_entry, meter_export, model, model_endpoint, price_version TO trunkline_tenant;
GRANT SELECT (id, email, name, image, "emailVerified") ON "user" TO trunkline_tenant;

-- The ledger and the audit log only grow. A correction is a new transaction.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_transaction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Every transaction balances: checked when it commits.
CREATE FUNCTION ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT sum("amountNanoUsd") FROM ledger_entry WHERE "transactionId" = NEW."transactionId") <> 0 THEN
    RAISE EXCEPTION 'ledger transaction % does not balance', NEW."transactionId" USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balances();

-- Money that cannot be negative.
ALTER TABLE generation ADD CONSTRAINT generation_money CHECK ("chargeNanoUsd" >= 0 AND "costNanoUsd" >= 0);
ALTER TABLE budget ADD CONSTRAINT budget_limit CHECK ("limitNanoUsd" >= 0);
ALTER TABLE price_version ADD CONSTRAINT price_not_negative CHECK ("inputNanoUsdPerMillion" >= 0 AND "cacheReadNanoUsdPerMillion" >= 0 AND "cacheWriteNanoUsdPerMillion" >= 0 AND "outputNanoUsdPerMillion" >= 0);
