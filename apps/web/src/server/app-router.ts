import { alertsRouter } from "../features/alerts/alerts.router.ts";
import { budgetsRouter } from "../features/budgets/budgets.router.ts";
import { guardrailsRouter } from "../features/guardrails/guardrails.router.ts";
import { keysRouter } from "../features/keys/keys.router.ts";
import { modelsRouter } from "../features/models/models.router.ts";
import { onboardingRouter } from "../features/onboarding/onboarding.router.ts";
import { organizationRouter } from "../features/organization/organization.router.ts";
import { presetsRouter } from "../features/presets/presets.router.ts";
import { profileRouter } from "../features/profile/profile.router.ts";
import { providerKeysRouter } from "../features/provider-keys/provider-keys.router.ts";
import { requestsRouter } from "../features/requests/requests.router.ts";
import { usageRouter } from "../features/usage/usage.router.ts";
import { viewsRouter } from "../features/views/views.router.ts";
import { viewerRouter } from "../features/viewer/viewer.router.ts";
import { router } from "./trpc.ts";

export const appRouter = router({
  viewer: viewerRouter, keys: keysRouter, presets: presetsRouter, usage: usageRouter, views: viewsRouter, requests: requestsRouter,
  organization: organizationRouter, profile: profileRouter, onboarding: onboardingRouter, models: modelsRouter, budgets: budgetsRouter, alerts: alertsRouter, providerKeys: providerKeysRouter, guardrails: guardrailsRouter,
});

export type AppRouter = typeof appRouter;
