-- CreateTable
CREATE TABLE "usage_caller" (
    "organizationId" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "span" TEXT NOT NULL,
    "bucket" TIMESTAMPTZ(3) NOT NULL,
    "projectId" TEXT NOT NULL,
    "caller" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,
    "failed" BIGINT NOT NULL,
    "rescued" BIGINT NOT NULL,
    "attempts" BIGINT NOT NULL,
    "inputTokens" BIGINT NOT NULL,
    "cacheReadTokens" BIGINT NOT NULL,
    "cacheWriteTokens" BIGINT NOT NULL,
    "outputTokens" BIGINT NOT NULL,
    "reasoningTokens" BIGINT NOT NULL,
    "chargeNanoUsd" BIGINT NOT NULL,
    "costNanoUsd" BIGINT NOT NULL,
    "ttftMsSum" BIGINT NOT NULL,
    "ttftCount" BIGINT NOT NULL,

    CONSTRAINT "usage_caller_pkey" PRIMARY KEY ("organizationId","mode","kind","span","bucket","projectId","caller")
);

-- Rows of the hour and the day under way are written over and over: room for it beside them.
ALTER TABLE usage_caller SET (fillfactor = 80);
ALTER TABLE usage_caller ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON usage_caller TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT ON usage_caller TO trunkline_tenant;

-- What is there already, corrections of prices included.
INSERT INTO usage_caller ("organizationId", mode, kind, span, bucket, "projectId", caller, requests, failed, rescued, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "ttftMsSum", "ttftCount")
SELECT g."organizationId", g.mode, c.kind, s.span, date_trunc(s.span, g."createdAt", 'UTC'), g."projectId", c.caller, count(*), count(*) FILTER (WHERE g.status = 'failed'), count(*) FILTER (WHERE g.status = 'rescued'), sum(jsonb_array_length(g.attempts)),
  sum(g."inputTokens"), sum(g."cacheReadTokens"), sum(g."cacheWriteTokens"), sum(g."outputTokens"), sum(g."reasoningTokens"), sum(g."chargeNanoUsd" + coalesce(l.charge, 0)), sum(g."costNanoUsd" + coalesce(l.cost, 0)), coalesce(sum(g."timeToFirstTokenMs"), 0), count(g."timeToFirstTokenMs")
FROM generation g LEFT JOIN (SELECT "generationId", sum("deltaNanoUsd") AS charge, sum("costDeltaNanoUsd") AS cost FROM price_correction_line GROUP BY 1) l ON l."generationId" = g.id
CROSS JOIN LATERAL (VALUES ('user', g."endUser"), ('session', g."sessionId")) c (kind, caller) CROSS JOIN (VALUES ('hour'), ('day')) s (span)
WHERE c.caller IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7;
