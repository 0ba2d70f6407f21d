import { expect } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";

const stack = useStack();

test("two models answer beside each other, through the gateway, with what each cost; and the log has both", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "player@example.com");
  await page.goto(`${project.address}/playground?models=anthropic/claude-haiku-4.5,openai/gpt-5-mini`);
  await page.getByLabel("System", { exact: true }).fill("Be brief.");
  await page.getByLabel("Message").fill("Say hello.");
  await page.getByRole("button", { name: "Run all" }).click();
  for (const [number, model] of [[1, "anthropic/claude-haiku-4.5"], [2, "openai/gpt-5-mini"]] as const) {
    const column = page.getByRole("region", { name: `Column ${number}`, exact: true });
    await expect(column.getByRole("status")).toHaveText("Answered");
    await expect(column.locator(".text")).not.toBeEmpty();
    await expect(column.locator("dl")).toContainText(model);
    await expect(column.locator("dl").getByText("$0.00").first()).toBeVisible();
  }
  await page.getByRole("link", { name: "Open in logs" }).first().click();
  await expect(page.getByRole("heading", { name: "Attempts" })).toBeVisible();
  await expect(page.getByText("playground").first()).toBeVisible();
});

test("a tool, a refusal with its reason, and code without a key", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "tools@example.com");
  await page.goto(`${project.address}/playground?models=openai/gpt-5-mini`);
  const column = page.getByRole("region", { name: "Column 1", exact: true });
  await page.getByText("Tools, answer schema and parameters").click();
  await page.getByLabel("Tools (JSON)").fill("{");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Tools must be a JSON array")).toBeVisible();
  await page.getByLabel("Tools (JSON)").fill('[{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]');
  await page.keyboard.press("Control+Enter");
  await expect(column.getByText(/^get_weather\(\{/)).toBeVisible();
  await column.getByRole("button", { name: "Code" }).click();
  await expect(page.getByRole("dialog")).toContainText("$TRUNKLINE_API_KEY");
  await expect(page.getByRole("dialog")).not.toContainText("tl_");
  await page.keyboard.press("Escape");
  await column.getByLabel("Model of column 1").fill("openai/gpt-unknown");
  await column.getByRole("button", { name: "Retry" }).click();
  await expect(column.getByRole("alert")).toContainText("caller.model_not_found");
});

test("an answer can be stopped, and a comparison becomes a preset with a fallback", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "stopper@example.com");
  await fetch(`${stack().urls.simulator}/_admin/faults`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ openai: "pace=400;tokens=300" }) });
  await page.goto(`${project.address}/playground?models=openai/gpt-5-mini,anthropic/claude-haiku-4.5`);
  const column = page.getByRole("region", { name: "Column 1", exact: true });
  await column.getByRole("button", { name: "Run" }).click();
  await expect(column.locator(".text")).not.toBeEmpty();
  await column.getByRole("button", { name: "Stop" }).click();
  await expect(column.getByText("Stopped. What was delivered is counted.")).toBeVisible();
  await page.getByRole("button", { name: "Save as preset" }).click();
  await page.getByLabel("Slug").fill("compared");
  await page.getByLabel("Name").fill("Compared");
  await page.getByRole("button", { name: "Save draft" }).click();
  await expect(page).toHaveURL(/\/presets\/compared/);
});
