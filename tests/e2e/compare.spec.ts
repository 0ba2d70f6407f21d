import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";

const stack = useStack();
const MODEL = "anthropic/claude-haiku-4.5";

test("models stand side by side with what a month of calls would cost, and the address hands the comparison on", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "compare@example.com");
  await page.goto(`${project.address}/models`);
  await page.getByRole("searchbox", { name: "Search models" }).fill("claude-haiku-4.5");
  await page.getByLabel(`Compare ${MODEL}`, { exact: true }).check();
  await page.getByRole("searchbox", { name: "Search models" }).fill("gpt-5-mini");
  await page.getByLabel("Compare openai/gpt-5-mini", { exact: true }).check();
  const table = page.getByRole("region", { name: "Comparison of models, table" });
  const cost = table.getByRole("row", { name: /A month costs/ });
  await expect(cost).toContainText("least");
  const before = await cost.textContent();
  await page.getByLabel("Requests a month").fill("100000");
  await expect(cost).not.toHaveText(before ?? "");
  await page.reload();
  await expect(table.getByRole("columnheader")).toHaveCount(3);
  await page.getByRole("button", { name: `Do not compare ${MODEL}` }).click();
  await expect(table.getByRole("columnheader")).toHaveCount(2);
  await page.goto(`${project.address}/models/${MODEL}`);
  await expect(page.getByRole("heading", { name: "Cost calculator" })).toBeVisible();
});

test("a chart of the analytics tells what was published in its range, and is saved as a picture or as an API call", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const project = await newProject(page, stack().urls.web, "picture@example.com");
  const key = await project.createKey({ name: "app" });
  await project.change("presets.create", { slug: "support", name: "Support", document: { rules: [{ name: "all", targets: [{ model: MODEL }] }] } });
  await project.change("presets.publish", { slug: "support", comment: "Begin" });
  expect((await page.request.post(`${stack().urls.gateway}/v1/chat/completions`, { headers: { authorization: `Bearer ${key}` }, data: { model: MODEL, messages: [{ role: "user", content: "hello" }] } })).status()).toBe(200);
  await expect(async () => {
    await page.goto(`${project.address}/analytics?range=24h&mode=test`);
    await expect(page.getByRole("heading", { name: "Spend by model" })).toBeVisible({ timeout: 3_000 });
  }).toPass();
  await page.getByText("1 event in this range").click();
  await expect(page.getByRole("link", { name: "support v1 published" })).toHaveAttribute("href", /\/presets\/support\/v\/1$/);
  await expect(page.locator(".plot .mark")).toHaveCount(1);
  const saved = async (name: string): Promise<Buffer> => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
    expect(download.suggestedFilename()).toBe(`spend-by-model.${name.toLowerCase()}`);
    return readFileSync(await download.path());
  };
  const svg = (await saved("SVG")).toString();
  expect([svg.includes("Spend by model"), svg.includes("claude-haiku-4.5"), svg.includes("var(")]).toEqual([true, true, false]);
  expect((await saved("PNG")).subarray(1, 4).toString()).toBe("PNG");
  await page.getByRole("button", { name: "API call" }).click();
  await expect(page.getByText("Copied. The call needs a management key")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("/api/v1/usage?group_by=model&mode=test");
});
