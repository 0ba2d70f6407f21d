import { mkdirSync } from "node:fs";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type BrowserContext, type Page } from "@playwright/test";
import { giveHistory } from "./history.ts";
import { newProject, useStack } from "./stack.ts";
import { sendTraffic } from "./traffic.ts";

/** The pictures of the documentation are chosen from these. */
const IMAGES = path.join(import.meta.dirname, "../../test-results/images");
const CALLS = 200;
const HISTORY_DAYS = 48;
const LOOKS = [["light", "light", 1440], ["dark", "dark", 1440], ["mobile", "light", 390]] as const;

const stack = useStack();

async function noViolation(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map((violation) => `${what}: ${violation.id} ${violation.nodes[0]?.target.join(" ")}`)).toEqual([]);
}

/** A loaded machine may be many times slower than a person's; how fast a page is, is measured elsewhere. */
const LOADED_MS_MAX = 20_000;
/** There when nothing stands in for content any more. The page's stream never ends, so the network is never idle. */
const isThere = (page: Page): Promise<void> => expect(page.locator(".skeleton")).toHaveCount(0, { timeout: LOADED_MS_MAX });

/** Pages, and what stands open on some of them. */
const VIEWS: readonly (readonly [string, string, ((page: Page) => Promise<void>)?])[] = [
  ["overview", ""], ["analytics", "/analytics?range=mtd"], ["logs", "/logs"], ["keys", "/keys"], ["presets", "/presets"], ["preset", "/presets/balanced"], ["models", "/models"], ["limits", "/limits"], ["onboarding", "/onboarding"],
  ["members", "/members"], ["audit", "/audit"], ["billing", "/billing"], ["settings", "/settings"], ["account", "/account"], ["model", "/models/anthropic/claude-haiku-4.5"],
  ["playground", "/playground?models=anthropic/claude-haiku-4.5,openai/gpt-5-mini", async (page) => { await page.getByRole("button", { name: "Run all" }).click(); await expect(page.getByRole("link", { name: "Open in logs" })).toHaveCount(2, { timeout: 15_000 }); }],
  ["analytics-inner", "/analytics?range=mtd&then=key", async (page) => { await page.locator(".opener").first().click(); await expect(page.locator("tr.inner th").first()).toBeVisible(); }],
  ["analytics-table", "/analytics?range=mtd&by=key&metric=requests", async (page) => { await page.getByRole("button", { name: "Table", exact: true }).click(); await expect(page.getByRole("region", { name: "Requests by key, table" })).toBeVisible(); }],
  ["request", "/logs?q=status:rescued", async (page) => { await page.locator("tr[data-request]").first().click(); await expect(page.getByRole("heading", { name: "Routing decision" })).toBeVisible(); }],
  ["palette", "/keys", async (page) => { await page.keyboard.press("Control+k"); await expect(page.getByRole("option", { name: "Overview" })).toBeVisible(); }],
  ["shortcuts", "/keys", async (page) => { await page.keyboard.press("?"); await expect(page.getByRole("heading", { name: "Keyboard shortcuts" })).toBeVisible(); }],
];

/** As long as their data: a picture shows their beginning. */
const LONG = ["models", "logs", "request", "palette", "shortcuts"];
/** Looked at once: what they lie over is looked at in every way. */
const OVERLAYS = ["analytics-table", "analytics-inner", "palette", "shortcuts"];

test.describe("every page with data is there in light, dark and at phone width, without an accessibility violation", () => {
  let address: string;
  let session: Awaited<ReturnType<BrowserContext["storageState"]>>;

  test.beforeAll(async ({ browser }) => {
    mkdirSync(IMAGES, { recursive: true });
    const page = await browser.newPage();
    const project = await newProject(page, stack().urls.web, "mara@example.com");
    const keys = [];
    for (const name of ["prod-api", "batch-enrichment", "docs-search", "claude-code-team", "staging"]) keys.push(await project.createKey({ name, ...(name === "claude-code-team" ? { budget: { period: "monthly", limitUsd: "2.50" } } : {}) }));
    const statuses = await sendTraffic(stack().urls.gateway, keys, CALLS);
    expect(statuses[200]).toBeGreaterThan(CALLS * 0.9);
    await page.goto(`${project.address}?mode=test`);
    // All of them are stored before they are copied.
    await expect(page.getByRole("link", { name: /^Requests/ }).locator(".v")).toHaveText(String(CALLS), { timeout: 20_000 });
    await giveHistory(stack().env.DATABASE_URL, project.organizationId, HISTORY_DAYS);
    address = project.address;
    session = await page.context().storageState();
    await page.close();
  });

  for (const [name, route, open] of VIEWS) {
    test(name, async ({ page }) => {
      await page.context().addCookies(session.cookies);
      for (const [look, colorScheme, width] of OVERLAYS.includes(name) ? LOOKS.slice(0, 1) : LOOKS) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        await page.goto(`${address}${route}${route.includes("?") ? "&" : "?"}mode=test`);
        await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
        await isThere(page);
        await open?.(page);
        await isThere(page);
        if (!LONG.includes(name)) await page.setViewportSize({ width, height: await page.evaluate(() => document.documentElement.scrollHeight) });
        await page.screenshot({ path: path.join(IMAGES, `${name}-${look}.png`) });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
        await noViolation(page, `${name} ${look}`);
      }
    });
  }
});

test("every error code has its place on a public page, without an accessibility violation", async ({ page }) => {
  for (const [colorScheme, width] of [["light", 1440], ["dark", 390]] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${stack().urls.web}/docs/errors#tenant.budget_exceeded`);
    await expect(page.locator("li:target")).toContainText("402");
    await noViolation(page, `errors ${width}`);
  }
});

test("a project without a request says what to do, on every page", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "empty@example.com");
  for (const [route, says] of [["", "The charts begin with the first request"], ["/analytics", "No test request in this range"], ["/logs", "The test book holds no request yet"]] as const) {
    await page.goto(`${project.address}${route}`);
    await isThere(page);
    await expect(page.getByText(says)).toBeVisible();
    await expect(page.locator("main table tbody:empty")).toHaveCount(0);
    await noViolation(page, `empty ${route}`);
  }
});
