import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { violationsOf } from "./violations.ts";
import { test } from "./test.ts";

const stack = useStack({ OUTBOUND_PRIVATE_ADDRESSES: "allow", ALERT_TICK_MS: "500" });
let hooks: { readonly signature: string | undefined; readonly body: string }[] = [];
let receiver: Server;

test.beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => { hooks.push({ signature: request.headers["webhook-signature"]?.toString(), body: Buffer.concat(chunks).toString() }); response.end(); });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
});
test.afterAll(() => { receiver.close(); });
test.beforeEach(() => { hooks = []; });

const hookUrl = (): string => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`;

/** Light, dark and phone: nothing overflows, and no accessibility rule is broken. */
async function looksRight(page: Page, what: string): Promise<void> {
  for (const [look, colorScheme, width] of [["light", "light", 1440], ["dark", "dark", 1440], ["mobile", "light", 390]] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await expect(page.locator(".skeleton")).toHaveCount(0);
    await page.screenshot({ path: `test-results/images/${what}-${look}.png` });
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${what} at ${width} px scrolls sideways`).toBeLessThanOrEqual(0);
    expect(await violationsOf(page), `${what} ${look}`).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

test("a provider key is refused with the reason, added when it is right, and never shown again", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "byok@example.com");
  await page.goto(`${project.address}/provider-keys`);
  await page.getByRole("button", { name: "Add provider key" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Provider", { exact: true }).selectOption("openai");
  await dialog.getByLabel("Label").fill("production");
  await dialog.getByLabel("Base URL (optional)").fill(`${stack().urls.simulator}/openai/v1`);
  await dialog.getByLabel("Key", { exact: true }).fill("sk-refused-by-provider");
  await dialog.getByRole("button", { name: "Check and add" }).click();
  await expect(dialog.getByRole("alert")).toContainText("OpenAI answered 401");
  await dialog.getByLabel("Key", { exact: true }).fill("sk-genuine-key-7777");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  const row = page.getByRole("row", { name: /production/ });
  await expect(row).toContainText("Working");
  await expect(row).toContainText("7777");
  expect(await page.content()).not.toContain("sk-genuine");
  await row.getByRole("button", { name: "Check production" }).click();
  await expect(page.getByText("The provider takes this key.")).toBeVisible();
  await row.getByRole("button", { name: "Turn production off" }).click();
  await expect(row).toContainText("Off");
  await row.getByRole("button", { name: "Turn production on" }).click();
  await expect(row).toContainText("Working");
  await looksRight(page, "provider-keys");
});

test("a budget of a model that lets a cheaper fallback serve is created and listed", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "scopes@example.com");
  await page.goto(`${project.address}/limits`);
  await page.getByRole("button", { name: "Create budget" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Opus cap");
  await dialog.getByLabel("Scope").selectOption("model");
  await dialog.getByLabel("Counts the spend of").selectOption("anthropic/claude-haiku-4.5");
  await dialog.getByLabel("Limit in USD").fill("25");
  await dialog.getByLabel("Let a cheaper fallback serve, while the budget covers it").check();
  await dialog.getByRole("button", { name: "Create budget" }).click();
  const row = page.getByRole("row", { name: /Opus cap/ });
  await expect(row).toContainText("anthropic/claude-haiku-4.5");
  await expect(row).toContainText("Cheaper fallback");
  await looksRight(page, "limits-scopes");
});

test("an alert is created, its webhook's secret shown once, and a test arrives signed", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "alerts@example.com");
  await page.goto(`${project.address}/alerts`);
  await page.getByRole("button", { name: "Create alert" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Watches").selectOption("error_rate");
  await dialog.getByLabel("Name").fill("Too many failures");
  await dialog.getByLabel("Webhook").fill(hookUrl());
  await dialog.getByRole("button", { name: "Create alert" }).click();
  await expect(dialog.getByText(/^whsec_/)).toBeVisible();
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Send a test of Too many failures" }).click();
  await expect.poll(() => hooks.length).toBe(1);
  expect(hooks[0]?.signature).toMatch(/^v1,/);
  expect(JSON.parse(hooks[0]?.body ?? "{}")).toMatchObject({ type: "alert.test" });
  await expect(page.getByRole("row", { name: /This is a test of the alert/ })).toContainText("Told", { timeout: 15_000 });
  expect(await page.content()).not.toContain("whsec_");
  await looksRight(page, "alerts");
});
