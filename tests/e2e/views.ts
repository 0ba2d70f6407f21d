import { expect, type Page } from "@playwright/test";

/**
 * Every view of the dashboard that is looked at: for pictures, for accessibility, and at phone width. `route` is the folder of its page,
 * `at` where it is opened (`{project}` stands for the project's address), `open` what is done on it first. A page.tsx that is neither
 * here nor in LEADS_ON fails a test.
 */
export interface View {
  readonly name: string;
  readonly route: string;
  readonly at: string;
  readonly open?: (page: Page) => Promise<void>;
  /** Shown without a session. */
  readonly signedOut?: true;
  /** As long as its data: a picture shows its beginning. */
  readonly long?: true;
  /** Looked at once: what it lies over is looked at in every way. */
  readonly once?: true;
}

/** Routes that only lead on to another one. */
export const LEADS_ON: readonly string[] = ["/[org]", "/account", "/onboarding", "/login", "/sign-up", "/invite/[token]"];

/** In a page's address, for the book of `tl_test_` keys. */
const TEST_BOOK = "mode=test";
/** What a busy machine may take for two streamed answers. */
const ANSWERS_MS_MAX = 15_000;

const inProject = (name: string, path: string, more: Omit<Partial<View>, "name" | "at"> = {}): View =>
  ({ name, route: `/[org]/[project]${path.split("?")[0] ?? ""}`, at: `{project}${path}${path.includes("?") ? "&" : "?"}${TEST_BOOK}`, ...more });
const open = (path: string, heading: string) => async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: path }).first().click();
  await expect(page.getByRole("heading", { name: heading })).toBeVisible();
};

export const VIEWS: readonly View[] = [
  { name: "landing", route: "/", at: "/", signedOut: true },
  { name: "signup", route: "/signup", at: "/signup", signedOut: true },
  { name: "sign-in", route: "/sign-in", at: "/sign-in", signedOut: true },
  { name: "sign-in-link", route: "/sign-in/link", at: "/sign-in/link", signedOut: true },
  { name: "forgot-password", route: "/forgot-password", at: "/forgot-password", signedOut: true },
  { name: "reset-password", route: "/reset-password", at: "/reset-password?token=of-a-mail", signedOut: true },
  { name: "status", route: "/status", at: "/status", signedOut: true },
  { name: "docs", route: "/docs", at: "/docs", signedOut: true },
  { name: "docs-errors", route: "/docs/errors", at: "/docs/errors", signedOut: true, long: true },
  { name: "docs-api", route: "/docs/api", at: "/docs/api", signedOut: true, long: true },
  { name: "mailbox", route: "/dev/mail", at: "/dev/mail", signedOut: true },
  { name: "not-found", route: "/not-found", at: "/no/such/page/here", signedOut: true },
  inProject("overview", ""),
  inProject("onboarding", "/onboarding"),
  inProject("playground", "/playground?models=anthropic/claude-haiku-4.5,openai/gpt-5-mini", {
    open: async (page) => {
      await page.getByRole("button", { name: "Run all" }).click();
      await expect(page.getByRole("link", { name: "Open in logs" })).toHaveCount(2, { timeout: ANSWERS_MS_MAX });
    },
  }),
  inProject("models", "/models", { long: true }),
  inProject("models-compare", "/models?compare=anthropic/claude-haiku-4.5,openai/gpt-5-mini,google/gemini-2.5-flash", { route: "/[org]/[project]/models", long: true, open: async (page) => { await expect(page.getByRole("region", { name: "Comparison of models, table" })).toBeVisible(); } }),
  inProject("model", "/models/anthropic/claude-haiku-4.5", { route: "/[org]/[project]/models/[author]/[slug]" }),
  inProject("presets", "/presets"),
  inProject("preset", "/presets/balanced", { route: "/[org]/[project]/presets/[slug]" }),
  inProject("preset-version", "/presets/balanced/v/1", { route: "/[org]/[project]/presets/[slug]/v/[n]" }),
  inProject("keys", "/keys"),
  inProject("key", "/keys", { route: "/[org]/[project]/keys/[id]", open: async (page) => { await page.locator("th a.nm").first().click(); await expect(page.getByRole("heading", { name: "What it may do" })).toBeVisible(); } }),
  inProject("analytics", "/analytics?range=mtd"),
  inProject("logs", "/logs", { long: true }),
  inProject("request", "/logs?q=status:rescued", { long: true, open: async (page) => { await page.locator("tr[data-request]").first().click(); await expect(page.getByRole("heading", { name: "Routing decision" })).toBeVisible(); } }),
  inProject("request-page", "/logs?q=status:rescued", { route: "/[org]/[project]/logs/[id]", open: async (page) => { await page.locator("tr[data-request]").first().click(); await page.getByRole("link", { name: "Open as a page" }).click(); await expect(page.getByRole("heading", { name: "Routing decision" })).toBeVisible(); await expect(page.getByRole("heading", { level: 1, name: "Request" })).toBeVisible(); } }),
  inProject("alerts", "/alerts"),
  inProject("provider-keys", "/provider-keys"),
  inProject("limits", "/limits"),
  inProject("guardrails", "/guardrails"),
  inProject("members", "/members"),
  inProject("audit", "/audit"),
  inProject("billing", "/billing"),
  inProject("settings", "/settings"),
  inProject("account", "/account"),
  inProject("analytics-inner", "/analytics?range=mtd&then=key", { once: true, open: async (page) => { await page.locator(".opener").first().click(); await expect(page.locator("tr.inner th").first()).toBeVisible(); } }),
  inProject("analytics-table", "/analytics?range=mtd&by=key&metric=requests", { once: true, open: async (page) => { await page.getByRole("button", { name: "Table", exact: true }).click(); await expect(page.getByRole("region", { name: "Requests by key, table" })).toBeVisible(); } }),
  inProject("palette", "/keys", { long: true, once: true, open: async (page) => { await page.keyboard.press("Control+k"); await expect(page.getByRole("option", { name: "Overview" })).toBeVisible(); } }),
  inProject("shortcuts", "/keys", { long: true, once: true, open: async (page) => { await page.keyboard.press("?"); await expect(page.getByRole("heading", { name: "Keyboard shortcuts" })).toBeVisible(); } }),
  inProject("create-key", "/keys", { long: true, once: true, open: open("Create key", "Create key") }),
  inProject("create-budget", "/limits", { long: true, once: true, open: open("Create budget", "Create budget") }),
  inProject("create-alert", "/alerts", { long: true, once: true, open: open("Create alert", "Create alert") }),
];
