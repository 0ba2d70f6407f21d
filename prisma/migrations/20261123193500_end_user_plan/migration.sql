-- The plans of organizations' end users, for rules of presets that ask for them.
CREATE TABLE "end_user_plan" (
    "organizationId" TEXT NOT NULL,
    "endUser" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "end_user_plan_pkey" PRIMARY KEY ("organizationId", "endUser")
);

ALTER TABLE end_user_plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON end_user_plan TO trunkline_tenant USING ("organizationId" = app_tenant()) WITH CHECK ("organizationId" = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON end_user_plan TO trunkline_tenant;
