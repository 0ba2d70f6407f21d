-- Where clocks move forward at midnight (Santiago, in September) a day begins at one, and "the same time tomorrow" is an hour into the next: that hour was counted twice where a range
-- began or ended within such a day. A day has 25 hours at most, so 26 hours after its beginning the next one is under way, and its beginning is what is wanted.
CREATE OR REPLACE FUNCTION usage_between(p_organization text, p_mode text, p_from timestamptz, p_to timestamptz, p_cuts timestamptz[]) RETURNS SETOF usage_rollup LANGUAGE plpgsql STABLE SET jit = off AS $$
DECLARE
  zone text := coalesce((SELECT o."timeZone" FROM organization o WHERE o.id = p_organization), 'UTC');
  ending timestamptz := coalesce(p_to, 'infinity');
  cuts timestamptz[] := array_remove(p_cuts || p_from || p_to, NULL);
  days timestamptz[] := ARRAY(SELECT DISTINCT date_trunc('day', c, zone) FROM unnest(cuts) c WHERE c <> date_trunc('day', c, zone));
  midnights timestamptz[] := days || ARRAY(SELECT date_trunc('day', d + interval '26 hours', zone) FROM unnest(days) d);
  hours timestamptz[] := ARRAY(SELECT DISTINCT date_trunc('hour', c, 'UTC') FROM unnest(cuts || midnights) c WHERE c <> date_trunc('hour', c, 'UTC'));
  whole timestamptz[] := ARRAY(
    SELECT h FROM unnest(days) d, generate_series(date_trunc('hour', d, 'UTC'), date_trunc('day', d + interval '26 hours', zone) - interval '1 minute', interval '1 hour') h
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
