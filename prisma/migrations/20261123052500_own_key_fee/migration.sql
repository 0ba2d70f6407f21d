-- The fee that a plan takes of calls on own provider keys: part of the charge, and summed apart at every level.
ALTER TABLE "generation" ADD COLUMN     "ownKeyFeeNanoUsd" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE generation ADD CONSTRAINT generation_own_key_fee CHECK ("ownKeyFeeNanoUsd" >= 0 AND "ownKeyFeeNanoUsd" <= "chargeNanoUsd");
ALTER TABLE "usage_rollup" ADD COLUMN     "ownKeyFeeNanoUsd" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "usage_rollup_hour" ADD COLUMN     "ownKeyFeeNanoUsd" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "usage_rollup_day" ADD COLUMN     "ownKeyFeeNanoUsd" BIGINT NOT NULL DEFAULT 0;
