-- What providers bill beyond what customers pay, summed as everything else is: the levels of hours and days follow by themselves.
ALTER TABLE "usage_rollup" ADD COLUMN "absorbedNanoUsd" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "usage_rollup_hour" ADD COLUMN "absorbedNanoUsd" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "usage_rollup_day" ADD COLUMN "absorbedNanoUsd" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "usage_caller" ADD COLUMN "absorbedNanoUsd" BIGINT NOT NULL DEFAULT 0;

-- What is there already, as the ledger has it, for requests whose rows are still there: usage, and corrections of prices.
CREATE TEMPORARY TABLE absorbed_before ON COMMIT DROP AS
SELECT g.*, a.nano FROM (
  SELECT id, sum(nano)::bigint AS nano FROM (
    SELECT "sourceId" AS id, "absorbedNanoUsd" AS nano FROM ledger_transaction WHERE kind = 'usage' AND "absorbedNanoUsd" IS NOT NULL
    UNION ALL SELECT l."generationId", t."absorbedNanoUsd" FROM ledger_transaction t JOIN price_correction_line l ON l.id = t."sourceId" WHERE t.kind = 'correction' AND t."absorbedNanoUsd" IS NOT NULL
  ) posted GROUP BY 1
) a JOIN LATERAL (SELECT "organizationId", "projectId", "apiKeyId", "createdAt", coalesce(provider, '') AS provider, coalesce(model, '') AS model, coalesce("presetSlug", '') AS "presetSlug", status, "endUser", "sessionId" FROM generation WHERE generation.id = a.id AND mode = 'live') g ON true
WHERE a.nano <> 0;
UPDATE usage_rollup u SET "absorbedNanoUsd" = b.nano
FROM (SELECT "organizationId", "projectId", "apiKeyId", date_bin('1 minute', "createdAt", 'epoch'::timestamptz) AS bucket, provider, model, "presetSlug", status, sum(nano)::bigint AS nano FROM absorbed_before GROUP BY 1, 2, 3, 4, 5, 6, 7, 8) b
WHERE u."organizationId" = b."organizationId" AND u.mode = 'live' AND u.bucket = b.bucket AND u."projectId" = b."projectId" AND u."apiKeyId" = b."apiKeyId" AND u.provider = b.provider AND u.model = b.model AND u."presetSlug" = b."presetSlug" AND u.status = b.status;
WITH added AS (
  SELECT b."organizationId", c.kind, s.span, date_trunc(s.span, b."createdAt", 'UTC') AS bucket, b."projectId", c.caller, sum(b.nano)::bigint AS nano
  FROM absorbed_before b CROSS JOIN LATERAL (VALUES ('user', b."endUser"), ('session', b."sessionId")) c (kind, caller) CROSS JOIN (VALUES ('hour'), ('day')) s (span) WHERE c.caller IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
), aimed AS (
  SELECT a."organizationId", a.kind, a.span, a.bucket, a."projectId", CASE WHEN EXISTS (SELECT FROM usage_caller k WHERE k."organizationId" = a."organizationId" AND k.mode = 'live' AND k.kind = a.kind AND k.span = a.span AND k.bucket = a.bucket AND k."projectId" = a."projectId" AND k.caller = a.caller) THEN a.caller ELSE '' END AS caller, a.nano FROM added a
)
UPDATE usage_caller u SET "absorbedNanoUsd" = d.nano
FROM (SELECT "organizationId", kind, span, bucket, "projectId", caller, sum(nano)::bigint AS nano FROM aimed GROUP BY 1, 2, 3, 4, 5, 6) d
WHERE u."organizationId" = d."organizationId" AND u.mode = 'live' AND u.kind = d.kind AND u.span = d.span AND u.bucket = d.bucket AND u."projectId" = d."projectId" AND u.caller = d.caller;
