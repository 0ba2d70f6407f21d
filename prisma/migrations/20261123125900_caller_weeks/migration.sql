-- Sums of end users by whole weeks (UTC, from Monday), made once a week is over: a month of many users is read from a few rows each. Booking writes none of them.
CREATE TABLE "usage_caller_week" (
    "organizationId" TEXT NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_caller_week_pkey" PRIMARY KEY ("organizationId","bucket")
);
ALTER TABLE usage_caller_week ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_caller_week TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT ON usage_caller_week TO trunkline_tenant;

-- A day that changes after its week was made (usage that comes late, a corrected price) changes the week in the same transaction. Whoever makes a week holds the lock alone, so
-- that no change falls between its reading and its mark. Days of the present are asked nothing: the triggers' conditions are false for them.
CREATE FUNCTION usage_caller_week_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed usage_caller := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  week timestamptz := date_trunc('week', changed.bucket, 'UTC');
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7203012);
  IF NOT EXISTS (SELECT FROM usage_caller_week w WHERE w."organizationId" = changed."organizationId" AND w.bucket = week) THEN RETURN NULL; END IF;
  INSERT INTO usage_caller AS kept ("organizationId", mode, kind, span, bucket, "projectId", caller, "requests", "failed", "rescued", "attempts", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "ttftMsSum", "ttftCount", "absorbedNanoUsd")
  VALUES (changed."organizationId", changed.mode, changed.kind, 'week', week, changed."projectId", changed.caller,
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."requests" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."requests" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."failed" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."failed" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."rescued" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."rescued" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."attempts" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."attempts" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."inputTokens" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."inputTokens" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."cacheReadTokens" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."cacheReadTokens" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."cacheWriteTokens" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."cacheWriteTokens" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."outputTokens" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."outputTokens" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."reasoningTokens" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."reasoningTokens" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."chargeNanoUsd" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."chargeNanoUsd" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."costNanoUsd" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."costNanoUsd" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."ttftMsSum" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."ttftMsSum" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."ttftCount" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."ttftCount" END),
    (CASE WHEN TG_OP = 'DELETE' THEN 0 ELSE NEW."absorbedNanoUsd" END) - (CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD."absorbedNanoUsd" END))
  ON CONFLICT ("organizationId", mode, kind, span, bucket, "projectId", caller) DO UPDATE SET "requests" = kept."requests" + excluded."requests", "failed" = kept."failed" + excluded."failed", "rescued" = kept."rescued" + excluded."rescued", "attempts" = kept."attempts" + excluded."attempts", "inputTokens" = kept."inputTokens" + excluded."inputTokens", "cacheReadTokens" = kept."cacheReadTokens" + excluded."cacheReadTokens", "cacheWriteTokens" = kept."cacheWriteTokens" + excluded."cacheWriteTokens", "outputTokens" = kept."outputTokens" + excluded."outputTokens", "reasoningTokens" = kept."reasoningTokens" + excluded."reasoningTokens", "chargeNanoUsd" = kept."chargeNanoUsd" + excluded."chargeNanoUsd", "costNanoUsd" = kept."costNanoUsd" + excluded."costNanoUsd", "ttftMsSum" = kept."ttftMsSum" + excluded."ttftMsSum", "ttftCount" = kept."ttftCount" + excluded."ttftCount", "absorbedNanoUsd" = kept."absorbedNanoUsd" + excluded."absorbedNanoUsd";
  RETURN NULL;
END $$;
CREATE TRIGGER follow_week_insert AFTER INSERT ON usage_caller FOR EACH ROW WHEN (NEW.span = 'day' AND NEW.kind = 'user' AND NEW.bucket < now() - interval '2 days') EXECUTE FUNCTION usage_caller_week_follow();
CREATE TRIGGER follow_week_update AFTER UPDATE ON usage_caller FOR EACH ROW WHEN (NEW.span = 'day' AND NEW.kind = 'user' AND NEW.bucket < now() - interval '2 days') EXECUTE FUNCTION usage_caller_week_follow();
CREATE TRIGGER follow_week_delete AFTER DELETE ON usage_caller FOR EACH ROW WHEN (OLD.span = 'day' AND OLD.kind = 'user' AND OLD.bucket < now() - interval '2 days') EXECUTE FUNCTION usage_caller_week_follow();

-- Told nothing, the planner expects a thousand rows of it and sorts what is better hashed.
ALTER FUNCTION usage_between(text, text, timestamptz, timestamptz, timestamptz[]) ROWS 20000;
