-- Sums by UTC hour and day beside those by minute: a month is read from some thirty buckets instead of forty thousand.
CREATE TABLE "usage_rollup_hour" (LIKE "usage_rollup" INCLUDING DEFAULTS, CONSTRAINT "usage_rollup_hour_pkey" PRIMARY KEY ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status));
CREATE TABLE "usage_rollup_day" (LIKE "usage_rollup" INCLUDING DEFAULTS, CONSTRAINT "usage_rollup_day_pkey" PRIMARY KEY ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status));
ALTER TABLE usage_rollup_hour ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_rollup_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_rollup_hour TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
CREATE POLICY tenant ON usage_rollup_day TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT ON usage_rollup_hour, usage_rollup_day TO trunkline_tenant;

-- The levels follow the minutes within the statement that changes them, whoever changes them, so they cannot disagree. Every bigint column is a sum. Rows are
-- locked in the order of their key, as the minutes are.
CREATE FUNCTION usage_rollup_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sums text[];
  change text;
  level text;
BEGIN
  SELECT array_agg(quote_ident(attname) ORDER BY attnum) INTO sums FROM pg_attribute
  WHERE attrelid = TG_RELID AND atttypid = 'bigint'::regtype AND attnum > 0 AND NOT attisdropped;
  IF TG_OP <> 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
    change := 'SELECT *, 1 AS sign FROM added';
  END IF;
  IF TG_OP <> 'INSERT' THEN
    IF NOT EXISTS (SELECT FROM removed) THEN RETURN NULL; END IF;
    change := concat_ws(' UNION ALL ', change, 'SELECT *, -1 AS sign FROM removed');
  END IF;
  FOREACH level IN ARRAY ARRAY['hour', 'day'] LOOP
    EXECUTE format(
      'INSERT INTO usage_rollup_%1$s AS kept ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, %2$s)
       SELECT "organizationId", mode, date_trunc(%1$L, bucket, ''UTC''), "projectId", "apiKeyId", provider, model, "presetSlug", status, %3$s
       FROM (%4$s) c GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
       ON CONFLICT ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status) DO UPDATE SET %5$s',
      level, array_to_string(sums, ', '),
      (SELECT string_agg(format('sum(%s * sign)::bigint', name), ', ') FROM unnest(sums) name),
      change,
      (SELECT string_agg(format('%1$s = kept.%1$s + excluded.%1$s', name), ', ') FROM unnest(sums) name));
    IF TG_OP = 'DELETE' THEN
      EXECUTE format(
        'DELETE FROM usage_rollup_%1$s k USING (SELECT DISTINCT "organizationId", mode, date_trunc(%1$L, bucket, ''UTC'') AS bucket FROM removed) r
         WHERE k."organizationId" = r."organizationId" AND k.mode = r.mode AND k.bucket = r.bucket AND k.requests = 0', level);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER follow_insert AFTER INSERT ON usage_rollup REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION usage_rollup_follow();
CREATE TRIGGER follow_update AFTER UPDATE ON usage_rollup REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION usage_rollup_follow();
CREATE TRIGGER follow_delete AFTER DELETE ON usage_rollup REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION usage_rollup_follow();

-- What is there already.
DO $$
DECLARE
  sums text[] := (SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'usage_rollup'::regclass AND atttypid = 'bigint'::regtype AND attnum > 0 AND NOT attisdropped);
  level text;
BEGIN
  FOREACH level IN ARRAY ARRAY['hour', 'day'] LOOP
    EXECUTE format(
      'INSERT INTO usage_rollup_%1$s ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, %2$s)
       SELECT "organizationId", mode, date_trunc(%1$L, bucket, ''UTC''), "projectId", "apiKeyId", provider, model, "presetSlug", status, %3$s FROM usage_rollup GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9',
      level, array_to_string(sums, ', '), (SELECT string_agg(format('sum(%s)::bigint', name), ', ') FROM unnest(sums) name));
  END LOOP;
END $$;

-- The sums of an organization's book between two instants (the end may be open), each from the widest bucket that no cut falls into: buckets of the caller's own
-- time zone are cuts. Hours and days that a cut divides are read from the next finer level.
CREATE FUNCTION usage_between(p_organization text, p_mode text, p_from timestamptz, p_to timestamptz, p_cuts timestamptz[]) RETURNS SETOF usage_rollup LANGUAGE sql STABLE AS $$
  WITH cut AS (SELECT DISTINCT c FROM unnest(p_cuts || p_from || p_to) c WHERE c IS NOT NULL),
  hours AS (SELECT DISTINCT date_trunc('hour', c, 'UTC') AS starts FROM cut WHERE c <> date_trunc('hour', c, 'UTC')),
  days AS (SELECT DISTINCT date_trunc('day', c, 'UTC') AS starts FROM cut WHERE c <> date_trunc('day', c, 'UTC'))
  SELECT d.* FROM usage_rollup_day d
  WHERE d."organizationId" = p_organization AND d.mode = p_mode AND d.bucket >= p_from AND (p_to IS NULL OR d.bucket < p_to) AND d.bucket NOT IN (SELECT starts FROM days)
  UNION ALL
  SELECT h.* FROM days CROSS JOIN LATERAL (
    SELECT k.* FROM usage_rollup_hour k WHERE k."organizationId" = p_organization AND k.mode = p_mode AND k.bucket >= greatest(days.starts, p_from) AND k.bucket < least(days.starts + interval '1 day', p_to)
  ) h WHERE h.bucket NOT IN (SELECT starts FROM hours)
  UNION ALL
  SELECT m.* FROM hours CROSS JOIN LATERAL (
    SELECT k.* FROM usage_rollup k WHERE k."organizationId" = p_organization AND k.mode = p_mode AND k.bucket >= greatest(hours.starts, p_from) AND k.bucket < least(hours.starts + interval '1 hour', p_to)
  ) m
$$;
