import { expect, type Page } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { violationsOf } from "./violations.ts";
import { test } from "./test.ts";

const stack = useStack({ STATUS_TICK_MS: "2000" });
/** What the bench allows. */
const SHIFT_MAX = 0.02;
/** Longer than a browser holds its first frame for a typeface. */
const FONT_LATE_MS = 500;
const LOOKS = [["light", 1440], ["dark", 1440], ["light", 390]] as const;

async function inEveryLook(page: Page, what: string): Promise<void> {
  for (const [colorScheme, width] of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${what} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
    expect(await violationsOf(page), what).toEqual([]);
  }
}

test("the status page says what was measured of every part, to anybody", async ({ page }) => {
  await expect(async () => {
    await page.goto(`${stack().urls.web}/status`);
    await expect(page.getByRole("listitem").filter({ hasText: "Gateway" })).toContainText(/Operational|Degraded/);
    for (const part of ["Dashboard and management API", "Metering and billing", "Database"]) await expect(page.getByRole("listitem").filter({ hasText: part })).toContainText("answered", { timeout: 1_000 });
  }).toPass({ timeout: 60_000, intervals: [5_000] });
  await expect(page.getByRole("img", { name: /^Gateway: measured on 1 of 90 days/ })).toBeVisible();
  await expect(page.getByText("No live request was made in the last 90 days.")).toBeVisible();
  await inEveryLook(page, "status");
});

test("the API reference explains both documents, is searched, and links to one operation", async ({ page }) => {
  await page.goto(`${stack().urls.web}/docs`);
  await inEveryLook(page, "docs");
  await page.getByRole("link", { name: "API reference" }).first().click();
  await expect(page.getByRole("heading", { name: "Management API" })).toBeVisible();
  await page.getByRole("searchbox", { name: "Search the reference" }).fill("rotate key");
  await expect(page.getByText("1 operation", { exact: true })).toBeVisible();
  await page.goto(`${stack().urls.web}/docs/api#gateway-post-chat-completions`);
  const chat = page.locator("#gateway-post-chat-completions");
  await expect(chat.getByText("messages[].role", { exact: true })).toBeVisible();
  await expect(chat.getByLabel("POST /chat/completions, example")).toContainText(`${stack().urls.gateway}/v1/chat/completions`);
  await inEveryLook(page, "reference");
});

test("the landing page shows plans and prices in every look", async ({ page }) => {
  await page.goto(stack().urls.web);
  await expect(page.getByRole("heading", { name: "Plans" })).toBeVisible();
  await inEveryLook(page, "landing");
});

test("a page of the organization is found without naming a project", async ({ page }) => {
  const { address } = await newProject(page, stack().urls.web, "org@example.com");
  const organization = address.slice(0, address.lastIndexOf("/"));
  await page.goto(`${organization}/members`);
  await expect(page).toHaveURL(`${address}/members`);
  await page.goto(organization);
  await expect(page).toHaveURL(address);
  await page.goto(`${stack().urls.web}/onboarding`);
  await expect(page).toHaveURL(`${address}/onboarding`);
});

test("a sitting in the playground leaves no key in the list", async ({ page }) => {
  const { address, createKey } = await newProject(page, stack().urls.web, "sitting@example.com");
  await createKey({ name: "prod-api" });
  await page.goto(`${address}/playground?mode=test`);
  await page.getByRole("button", { name: "Run", exact: true }).first().click();
  await expect(page.getByRole("link", { name: "Open in logs" })).toBeVisible({ timeout: 15_000 });
  await page.goto(`${address}/keys`);
  await expect(page.getByRole("rowheader", { name: /prod-api/ })).toBeVisible();
  await expect(page.getByRole("rowheader", { name: /playground/ })).toHaveCount(0);
});

test("nothing moves on a page whose typefaces come late", async ({ page }) => {
  await page.addInitScript(() => {
    const seen = Object.assign(window, { shifted: 0 });
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.shifted += (entry as PerformanceEntry & { value: number }).value; }).observe({ type: "layout-shift", buffered: true });
  });
  let late = (): void => undefined;
  const held = new Promise<void>((resolve) => { late = resolve; });
  await page.route(/\.woff2/, async (route) => { await held; await route.continue(); });
  await page.goto(`${stack().urls.web}/docs/errors`, { waitUntil: "commit" });
  await expect(page.getByRole("heading", { level: 1, name: "Errors" })).toBeVisible();
  // Drawn, before they are let through.
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  await page.waitForTimeout(FONT_LATE_MS);
  late();
  await page.evaluate(async () => { await document.fonts.ready; await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))); });
  expect(await page.evaluate(() => (window as Window & { shifted?: number }).shifted)).toBeLessThan(SHIFT_MAX);
});
