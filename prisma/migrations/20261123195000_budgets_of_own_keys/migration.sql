-- A budget may also count what providers bill the organization itself. Rows that are gone already told nothing of it.
ALTER TABLE "budget" ADD COLUMN     "countsOwnKeys" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "removed_user_spend" ADD COLUMN     "ownSpendNanoUsd" BIGINT NOT NULL DEFAULT 0;
