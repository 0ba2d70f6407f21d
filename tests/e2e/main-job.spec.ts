import { expect } from "@playwright/test";
import { signUp, useStack } from "./stack.ts";
import { test } from "./test.ts";

const stack = useStack();

async function call(key: string): Promise<{ provider: string; cost: number; attempts: number }> {
  const response = await fetch(`${stack().urls.gateway}/v1/chat/completions`, {
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
  await signUp(page, stack().urls.web, "newcomer@example.com");
  await page.getByRole("button", { name: "Run it for me" }).click();
  await expect(page.getByText("First request received")).toBeVisible();
  expect(Date.now() - began, "sign-up to the first successful call").toBeLessThan(60_000);
  const project = new URL(page.url()).pathname.replace(/\/onboarding.*/, "");

  await page.goto(`${stack().urls.web}${project}/keys`);
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
  await fetch(`${stack().urls.simulator}/_admin/faults`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ [first.provider]: "status=503" }) });
  const second = await call(key);
  expect(second.provider).not.toBe(first.provider);
  expect(second.attempts).toBeGreaterThanOrEqual(2);
  costs.push(second.cost);

  await page.goto(`${stack().urls.web}${project}/logs?mode=test`);
  await expect(page.locator("td").getByText("Rescued", { exact: true }).first()).toBeVisible({ timeout: 20_000 });
  const key2 = await page.evaluate(async (at) => (await fetch(at)).json() as Promise<{ data: { key: string; cost_usd: string; requests: number }[] }>, `/api/v1/usage?group_by=provider&mode=test`);
  const total = key2.data.reduce((sum, row) => sum + Number(row.cost_usd), 0);
  expect(key2.data.reduce((sum, row) => sum + row.requests, 0)).toBe(3);
  expect(total).toBeGreaterThanOrEqual(costs.reduce((sum, cost) => sum + cost, 0) - 1e-9);
});
