import { expect, type Browser, type BrowserContext } from "@playwright/test";
import { giveHistory } from "./history.ts";
import { newProject, type Stack } from "./stack.ts";
import { sendTraffic } from "./traffic.ts";
import { usable } from "./test.ts";

const CALLS = 200;
const HISTORY_DAYS = 48;
/** All of them are stored before they are copied. */
const STORED_MS_MAX = 20_000;

export interface LivelyProject { readonly address: string; readonly organizationId: string; readonly session: Awaited<ReturnType<BrowserContext["storageState"]>> }

/** A project as one in use looks: keys with and without limits, budgets near and far from their end, alerts, provider keys that work and that do not, colleagues, an own preset, and weeks of requests. */
export async function livelyProject(browser: Browser, stack: Stack): Promise<LivelyProject> {
  const page = usable(await browser.newPage());
  const project = await newProject(page, stack.urls.web, "mara@example.com");
  const keys = [];
  for (const name of ["prod-api", "batch-enrichment", "docs-search", "claude-code-team", "staging"]) keys.push(await project.createKey({ name, ...(name === "claude-code-team" ? { budget: { period: "monthly", limitUsd: "2.50" } } : {}) }));
  const statuses = await sendTraffic(stack.urls.gateway, keys, CALLS);
  expect(statuses[200]).toBeGreaterThan(CALLS * 0.9);
  await configure(project.change, stack.urls.simulator);
  await page.goto(`${project.address}?mode=test`);
  await expect(page.getByRole("link", { name: /^Requests/ }).locator(".v")).toHaveText(String(CALLS), { timeout: STORED_MS_MAX });
  await giveHistory(stack.env.DATABASE_URL, project.organizationId, HISTORY_DAYS);
  const session = await page.context().storageState();
  await page.close();
  return { address: project.address, organizationId: project.organizationId, session };
}

async function configure(change: (procedure: string, input: object) => Promise<unknown>, simulator: string): Promise<void> {
  await change("budgets.create", { scope: "model", scopeId: "anthropic/claude-haiku-4.5", name: "Haiku cap", period: "monthly", limitUsd: "25", action: "downgrade" });
  await change("budgets.create", { scope: "user", scopeId: "*", name: "Each customer", period: "daily", limitUsd: "0.50", enforced: false });
  await change("alerts.create", { alert: { name: "Half of the budget", kind: "budget", emails: ["mara@example.com"] } });
  await change("alerts.create", { alert: { name: "Too many failures", kind: "error_rate", emails: ["mara@example.com", "ops@example.com"] } });
  const credential = { provider: "openai", label: "production", secret: "sk-genuine-key-7777", baseUrl: `${simulator}/openai/v1` };
  await change("providerKeys.create", { credential });
  await change("providerKeys.create", { credential: { ...credential, label: "second account", secret: "sk-genuine-key-1234", platformFallback: false } });
  await change("organization.invite", { email: "jonas@example.com", role: "developer" });
}
