import { mkdirSync, mkdtempSync, chmodSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test, type Page } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { startStack } from "../../infra/scripts/stack.mjs";

type Stack = Awaited<ReturnType<typeof startStack>>;

const IMAGES = path.join(import.meta.dirname, "../../test-results/images");
let stack: Stack;
let dataDir: string;

test.beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "trunkline-e2e-"));
  chmodSync(dataDir, 0o755);
  mkdirSync(IMAGES, { recursive: true });
  stack = await startStack({ dataDir });
});
test.afterAll(async () => {
  await stack?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function signUp(page: Page, email: string): Promise<void> {
  await page.goto(`${stack.urls.web}/signup`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("Correct-horse-9");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/onboarding/);
}

async function call(key: string): Promise<{ provider: string; cost: number; attempts: number }> {
  const response = await fetch(`${stack.urls.gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", routing_preset: "balanced", messages: [{ role: "user", content: "Say hello." }] }),
  });
  const body = (await response.json()) as { provider: string; usage: { cost: number } };
  expect(response.status, JSON.stringify(body)).toBe(200);
  return { provider: body.provider, cost: body.usage.cost, attempts: Number(response.headers.get("x-trunkline-attempts")) };
}

test("a newcomer signs up, makes a call, loses the primary provider half-way, and every cost adds up on the page", async ({ page }) => {
  const began = Date.now();
  await signUp(page, "newcomer@example.com");
  await page.getByRole("button", { name: "Run it for me" }).click();
  await expect(page.getByText("First request received")).toBeVisible();
  expect(Date.now() - began, "sign-up to the first successful call").toBeLessThan(60_000);
  const project = new URL(page.url()).pathname.replace(/\/onboarding.*/, "");

  await page.goto(`${stack.urls.web}${project}/keys`);
  await page.getByRole("button", { name: "Create key" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("e2e");
  await dialog.getByRole("radio", { name: /test/i }).check();
  await dialog.getByRole("button", { name: "Create key" }).click();
  const shown = page.getByText(/tl_test_[0-9A-Za-z]{10}_[0-9A-Za-z]{38}/).first();
  await expect(shown).toBeVisible();
  const key = /tl_test_[0-9A-Za-z]+_[0-9A-Za-z]+/.exec((await shown.textContent()) ?? "")?.[0] ?? "";

  const costs: number[] = [];
  const first = await call(key);
  costs.push(first.cost);
  await fetch(`${stack.urls.simulator}/_admin/faults`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ [first.provider]: "status=503" }) });
  const second = await call(key);
  expect(second.provider).not.toBe(first.provider);
  expect(second.attempts).toBeGreaterThanOrEqual(2);
  costs.push(second.cost);

  await page.goto(`${stack.urls.web}${project}/logs?mode=test`);
  await expect(page.locator("td").getByText("Rescued", { exact: true }).first()).toBeVisible({ timeout: 20_000 });
  const key2 = await page.evaluate(async (at) => (await fetch(at)).json() as Promise<{ data: { key: string; cost_usd: string; requests: number }[] }>, `/api/v1/usage?group_by=provider&mode=test`);
  const total = key2.data.reduce((sum, row) => sum + Number(row.cost_usd), 0);
  expect(key2.data.reduce((sum, row) => sum + row.requests, 0)).toBe(3);
  expect(total).toBeGreaterThanOrEqual(costs.reduce((sum, cost) => sum + cost, 0) - 1e-9);
});

const PAGES = ["", "/keys", "/presets", "/analytics", "/logs", "/models", "/limits", "/onboarding"];

test("every page is there in light, dark and at phone width, without an accessibility violation", async ({ page }) => {
  test.setTimeout(240_000);
  await signUp(page, "reader@example.com");
  await page.getByRole("button", { name: "Run it for me" }).click();
  await expect(page.getByText("First request received")).toBeVisible();
  const project = new URL(page.url()).pathname.replace(/\/onboarding.*/, "");
  for (const route of PAGES) {
    const name = route.slice(1) || "overview";
    for (const [scheme, width] of [["light", 1440], ["dark", 1440], ["light", 390]] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(`${stack.urls.web}${project}${route}?mode=test`);
      await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
      // The page's stream never ends, so the network is never idle: the page is there when nothing stands in for it any more.
      await expect(page.locator(".skeleton")).toHaveCount(0);
      await page.screenshot({ path: path.join(IMAGES, `${name}-${width === 390 ? "mobile" : scheme}.png`), fullPage: true });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${name} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]).analyze();
      expect(violations.map((violation) => `${name} ${scheme} ${width}: ${violation.id} ${violation.nodes[0]?.target.join(" ")}`)).toEqual([]);
    }
  }
});
