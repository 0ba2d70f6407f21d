import { createAccounts } from "./accounts.ts";
import { createAlerts } from "./alerts.ts";
import { createApiKeys } from "./api-keys.ts";
import { createAuditLog } from "./audit.ts";
import { createAuthRecords } from "./auth-records.ts";
import { createAutoTopUps } from "./auto-top-up.ts";
import { createBilling } from "./billing-account.ts";
import { createBudgets } from "./budgets.ts";
import { createCatalog } from "./catalog.ts";
import { createContext, type WebDbOptions } from "./context.ts";
import { createMargins } from "./margins.ts";
import { createMembers } from "./members.ts";
import { createOrganizationRemoval } from "./organization-removal.ts";
import { createOrganizations } from "./organizations.ts";
import { createPerformance } from "./performance.ts";
import { createCanaries } from "./canaries.ts";
import { createDrills } from "./drills.ts";
import { createEndUserPlans } from "./end-user-plans.ts";
import { createDrillSchedules } from "./drill-schedules.ts";
import { createShadows } from "./shadows.ts";
import { createPresets } from "./presets.ts";
import { createPriceNotices } from "./price-notices.ts";
import { createProfiles } from "./profiles.ts";
import { createProviderCredentials } from "./provider-credentials.ts";
import { createReceipts } from "./receipts.ts";
import { createReconciliations } from "./reconciliations.ts";
import { createRequests } from "./requests.ts";
import { createSavedViews } from "./saved-views.ts";
import { createStoredPrompts } from "./stored-prompts.ts";
import { createPasskeys } from "./passkeys.ts";
import { createSecondFactors } from "./second-factors.ts";
import { createSeals } from "./seals.ts";
import { createStatus } from "./status.ts";
import { createStripeEvents } from "./stripe-events.ts";
import { createUsage } from "./usage.ts";

/**
 * The control plane's view of Postgres. Every function on tenant data takes the Actor and checks its role before the
 * statement; the Prisma client itself stays in here.
 */
export function createWebDb(options: WebDbOptions) {
  const context = createContext(options);
  return {
    canaries: createCanaries(context), shadows: createShadows(context), drills: createDrills(context), drillSchedules: createDrillSchedules(context), endUserPlans: createEndUserPlans(context),
    accounts: createAccounts(context), auth: createAuthRecords(context), organizations: createOrganizations(context), keys: createApiKeys(context),
    members: createMembers(context), audit: createAuditLog(context), profiles: createProfiles(context), performance: createPerformance(context), removal: createOrganizationRemoval(context), presets: createPresets(context), priceNotices: createPriceNotices(context), budgets: createBudgets(context), usage: createUsage(context), requests: createRequests(context),
    catalog: createCatalog(context), credentials: createProviderCredentials(context), seals: createSeals(context), alerts: createAlerts(context), billing: createBilling(context), reconciliations: createReconciliations(context), margins: createMargins(context), autoTopUps: createAutoTopUps(context), stripeEvents: createStripeEvents(context), status: createStatus(context), savedViews: createSavedViews(context), secondFactors: createSecondFactors(context), passkeys: createPasskeys(context), storedPrompts: createStoredPrompts(context),
    ping: async (): Promise<void> => { await context.client.$queryRaw`SELECT 1`; },
    close: (): Promise<void> => context.client.$disconnect(),
    receipts: createReceipts(context),
  };
}

export type WebDb = ReturnType<typeof createWebDb>;
