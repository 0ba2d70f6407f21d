-- A rule can be left alone for a while without being forgotten.
ALTER TABLE "alert_rule" ADD COLUMN "snoozedUntil" TIMESTAMPTZ(3);

ALTER TABLE "alert_rule" DROP CONSTRAINT "alert_rule_kind";
ALTER TABLE "alert_rule" ADD CONSTRAINT "alert_rule_kind" CHECK ("kind" IN ('budget', 'error_rate', 'spend_anomaly', 'latency', 'provider_down', 'credential_failing', 'low_balance', 'price_change'));
