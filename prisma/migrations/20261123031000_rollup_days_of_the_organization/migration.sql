-- Days are the organization's own, from its midnight to its next: a month of them is what its charts, budgets and statements ask for. The planner cannot know how narrow
-- a range taken from a common table expression is, so the finer levels are asked for by the very buckets that are wanted.
CREATE OR REPLACE FUNCTION usage_rollup_follow() RETURNS trigger LANGUAGE plpgsql AS $$
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
  -- Until this transaction ends, nobody gives these organizations another time zone.
  EXECUTE format('SELECT FROM organization WHERE id IN (SELECT "organizationId" FROM (%s) c) ORDER BY id FOR SHARE', change);
  FOREACH level IN ARRAY ARRAY['hour', 'day'] LOOP
    EXECUTE format(
      'INSERT INTO usage_rollup_%1$s AS kept ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, %2$s)
       SELECT "organizationId", mode, date_trunc(%1$L, bucket, %6$s), "projectId", "apiKeyId", provider, model, "presetSlug", status, %3$s
       FROM (%4$s) c LEFT JOIN organization o ON o.id = c."organizationId" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
       ON CONFLICT ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status) DO UPDATE SET %5$s',
      level, array_to_string(sums, ', '),
      (SELECT string_agg(format('sum(c.%s * sign)::bigint', name), ', ') FROM unnest(sums) name),
      change,
      (SELECT string_agg(format('%1$s = kept.%1$s + excluded.%1$s', name), ', ') FROM unnest(sums) name),
      CASE level WHEN 'hour' THEN '''UTC''' ELSE 'coalesce(o."timeZone", ''UTC'')' END);
    IF TG_OP = 'DELETE' THEN
      EXECUTE format(
        'DELETE FROM usage_rollup_%1$s k USING (SELECT DISTINCT r."organizationId", r.mode, date_trunc(%1$L, r.bucket, %2$s) AS bucket FROM removed r LEFT JOIN organization o ON o.id = r."organizationId") r
         WHERE k."organizationId" = r."organizationId" AND k.mode = r.mode AND k.bucket = r.bucket AND k.requests = 0',
        level, CASE level WHEN 'hour' THEN '''UTC''' ELSE 'coalesce(o."timeZone", ''UTC'')' END);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

-- An organization that moves has other days: they are made anew from its minutes.
CREATE FUNCTION usage_rollup_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  sums text[] := (SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'usage_rollup'::regclass AND atttypid = 'bigint'::regtype AND attnum > 0 AND NOT attisdropped);
BEGIN
  DELETE FROM usage_rollup_day WHERE "organizationId" = NEW.id;
  EXECUTE format(
    'INSERT INTO usage_rollup_day ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, %s)
     SELECT "organizationId", mode, date_trunc(''day'', bucket, $2), "projectId", "apiKeyId", provider, model, "presetSlug", status, %s FROM usage_rollup WHERE "organizationId" = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9',
    array_to_string(sums, ', '), (SELECT string_agg(format('sum(%s)::bigint', name), ', ') FROM unnest(sums) name)) USING NEW.id, NEW."timeZone";
  RETURN NULL;
END $$;
-- The tenant role may read these tables and not write them; what follows from its change of zone is the table owner's work.
ALTER FUNCTION usage_rollup_move() SECURITY DEFINER SET search_path = public, pg_temp;
CREATE TRIGGER move_days AFTER UPDATE OF "timeZone" ON organization FOR EACH ROW WHEN (OLD."timeZone" IS DISTINCT FROM NEW."timeZone") EXECUTE FUNCTION usage_rollup_move();

TRUNCATE usage_rollup_day;
DO $$
DECLARE
  sums text[] := (SELECT array_agg(quote_ident(attname) ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'usage_rollup'::regclass AND atttypid = 'bigint'::regtype AND attnum > 0 AND NOT attisdropped);
BEGIN
  EXECUTE format(
    'INSERT INTO usage_rollup_day ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, %s)
     SELECT m."organizationId", mode, date_trunc(''day'', bucket, coalesce(o."timeZone", ''UTC'')), "projectId", "apiKeyId", provider, model, "presetSlug", status, %s
     FROM usage_rollup m LEFT JOIN organization o ON o.id = m."organizationId" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9',
    array_to_string(sums, ', '), (SELECT string_agg(format('sum(m.%s)::bigint', name), ', ') FROM unnest(sums) name));
END $$;

-- The sums of an organization's book between two instants (the end may be open), each from the widest bucket that no cut falls into. Days that a cut divides are read by
-- the hour, hours that a cut or a midnight divides by the minute.
DROP FUNCTION usage_between(text, text, timestamptz, timestamptz, timestamptz[]);
CREATE FUNCTION usage_between(p_organization text, p_mode text, p_from timestamptz, p_to timestamptz, p_cuts timestamptz[]) RETURNS SETOF usage_rollup LANGUAGE plpgsql STABLE SET jit = off AS $$
DECLARE
  zone text := coalesce((SELECT o."timeZone" FROM organization o WHERE o.id = p_organization), 'UTC');
  ending timestamptz := coalesce(p_to, 'infinity');
  cuts timestamptz[] := array_remove(p_cuts || p_from || p_to, NULL);
  days timestamptz[] := ARRAY(SELECT DISTINCT date_trunc('day', c, zone) FROM unnest(cuts) c WHERE c <> date_trunc('day', c, zone));
  midnights timestamptz[] := days || ARRAY(SELECT ((d AT TIME ZONE zone) + interval '1 day') AT TIME ZONE zone FROM unnest(days) d);
  hours timestamptz[] := ARRAY(SELECT DISTINCT date_trunc('hour', c, 'UTC') FROM unnest(cuts || midnights) c WHERE c <> date_trunc('hour', c, 'UTC'));
  whole timestamptz[] := ARRAY(
    SELECT h FROM unnest(days) d, generate_series(date_trunc('hour', d, 'UTC'), (((d AT TIME ZONE zone) + interval '1 day') AT TIME ZONE zone) - interval '1 minute', interval '1 hour') h
    WHERE h >= p_from AND h < ending AND h <> ALL (hours));
  minutes timestamptz[] := ARRAY(
    SELECT m FROM unnest(hours) h, generate_series(h, h + interval '59 minutes', interval '1 minute') m WHERE m >= p_from AND m < ending AND date_trunc('day', m, zone) = ANY (days));
BEGIN
  RETURN QUERY EXECUTE
    'SELECT d.* FROM usage_rollup_day d WHERE d."organizationId" = $1 AND d.mode = $2 AND d.bucket >= $3 AND d.bucket < $4 AND d.bucket <> ALL ($5)
     UNION ALL SELECT h.* FROM usage_rollup_hour h WHERE h."organizationId" = $1 AND h.mode = $2 AND h.bucket = ANY ($6)
     UNION ALL SELECT m.* FROM usage_rollup m WHERE m."organizationId" = $1 AND m.mode = $2 AND m.bucket = ANY ($7)'
    USING p_organization, p_mode, p_from, ending, days, whole, minutes;
END $$;

-- The newest failures of a project are asked for on every visit, and are few among many.
CREATE INDEX generation_failed ON generation ("organizationId", "projectId", mode, "createdAt" DESC) WHERE status IN ('failed', 'partial');
