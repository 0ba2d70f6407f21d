-- CreateTable
CREATE TABLE "generation_tombstone" (
    "id" TEXT NOT NULL,

    CONSTRAINT "generation_tombstone_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "removed_user_spend" (
    "organizationId" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "endUser" TEXT NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "chargeNanoUsd" BIGINT NOT NULL,

    CONSTRAINT "removed_user_spend_pkey" PRIMARY KEY ("organizationId","mode","endUser","day")
);

ALTER TABLE removed_user_spend ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON removed_user_spend TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT ON removed_user_spend TO trunkline_tenant;
