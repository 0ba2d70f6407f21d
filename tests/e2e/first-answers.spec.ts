import { expect, type Browser, type BrowserContext } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { sendTraffic } from "./traffic.ts";
import { test } from "./test.ts";

const stack = useStack();
const CALLS = 12;

/** A page, what its document says before any script runs, and the question that the page does not ask again: nothing was stored since. */
const PAGES = [
  { path: "", says: />12</, question: "usage.overview" },
  { path: "/logs", says: /gemini-2\.5|claude-sonnet-4\.5|gpt-5/, question: "requests.list" },
  { path: "/analytics", says: />12</, question: null },
  { path: "/keys", says: /first-key/, question: "keys.list" },
  { path: "/presets", says: /balanced/, question: "presets.list" },
  { path: "/presets/balanced", says: /Simulator/, question: "presets.get" },
  { path: "/models", says: /claude-haiku-4\.5/, question: "models.first" },
  { path: "/models/anthropic/claude-haiku-4.5", says: /claude-haiku-4\.5/, question: "models.get" },
  { path: "/limits", says: /Haiku cap/, question: "budgets.list" },
  { path: "/members", says: /first@example\.com/, question: "organization.members" },
  { path: "/settings", says: /Europe\/|UTC/, question: "organization.settings" },
  { path: "/billing", says: /Charged so far/, question: "billing" },
  { path: "/onboarding", says: /First request received/, question: "onboarding.state" },
  { path: "/keys", says: /first-key/, question: "usage.book" },
  { path: "/account", says: /first@example\.com/, question: "profile.get" },
] as const;

/** Without scripts and the data that they carry: what is drawn first. */
const drawn = (html: string): string => html.replaceAll(/<script\b[^>]*>.*?<\/script>/gs, "");

async function visit(browser: Browser, address: string, storageState: Awaited<ReturnType<BrowserContext["storageState"]>>) {
  const context = await browser.newContext({ storageState });
  const page = await context.newPage();
  const asked: string[] = [];
  const faults: string[] = [];
  page.on("request", (request) => asked.push(...decodeURIComponent(/\/api\/(?:trpc|v1)\/([^?]+)/.exec(request.url())?.[1] ?? "").split(",")));
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  const html = drawn((await (await page.goto(address))?.text()) ?? "");
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await context.close();
  return { html, asked, faults };
}

test("a page's document holds its first figures, and the page takes them over without asking again", async ({ page, browser }) => {
  const project = await newProject(page, stack().urls.web, "first@example.com");
  const key = await project.createKey({ name: "first-key" });
  await project.change("budgets.create", { scope: "model", scopeId: "anthropic/claude-haiku-4.5", name: "Haiku cap", period: "monthly", limitUsd: "25" });
  await sendTraffic(stack().urls.gateway, [key], CALLS);
  await page.goto(`${project.address}?mode=test`);
  await expect(page.getByRole("link", { name: /^Requests/ }).locator(".v")).toHaveText(String(CALLS));
  const session = await page.context().storageState();
  for (const { path, says, question } of PAGES) {
    // A document waits only so long for its answers: a busy machine may be late once.
    await expect(async () => {
      const { html, asked, faults } = await visit(browser, `${project.address}${path}?mode=test`, session);
      expect(html, path).toMatch(says);
      expect(asked, path).not.toContain(question);
      expect(faults, path).toEqual([]);
    }).toPass({ timeout: 60_000 });
  }
});

test("a request that is stored after the document was made, and before the page listens, is shown without asking for it", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "between@example.com");
  const key = await project.createKey({ name: "between-key" });
  await sendTraffic(stack().urls.gateway, [key], 1);
  const rows = page.locator("tr[data-request]");
  await page.goto(`${project.address}/logs?mode=test`);
  await expect(rows).toHaveCount(1);

  let listen = (): void => undefined;
  const held = new Promise<void>((resolve) => { listen = resolve; });
  await page.route(/requests\.watch/, async (route) => { await held; await route.continue(); });
  await page.goto(`${project.address}/logs?mode=test`);
  await expect(rows).toHaveCount(1);
  await sendTraffic(stack().urls.gateway, [key], 1);
  await expect(async () => {
    const usage = (await (await page.request.get(`${stack().urls.web}/api/v1/usage?group_by=model&mode=test`)).json()) as { data: { requests: number }[] };
    expect(usage.data.reduce((sum, row) => sum + row.requests, 0)).toBe(2);
  }).toPass({ timeout: 60_000 });
  await expect(rows).toHaveCount(1);
  listen();
  await expect(rows).toHaveCount(2);
});
