-- CreateTable
CREATE TABLE "provider_probe" (
    "provider" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "usedAt" TIMESTAMPTZ(3) NOT NULL,
    "nextAt" TIMESTAMPTZ(3) NOT NULL,
    "askedAt" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "failureClass" TEXT,
    "isOut" BOOLEAN NOT NULL DEFAULT false,
    "spentDay" DATE,
    "spentNanoUsd" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "provider_probe_pkey" PRIMARY KEY ("provider","model")
);

-- CreateIndex
CREATE INDEX "provider_probe_nextAt_idx" ON "provider_probe"("nextAt");
