import { expect } from "@playwright/test";
import { pressOn, tabTo, typeInto } from "./keyboard.ts";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";

const stack = useStack();
/** A request is on its page seconds after its answer; a busy machine takes longer. */
const STORED_MS_MAX = 20_000;

test("by keyboard: from the front page to the first answered call", async ({ page }) => {
  await page.goto(stack().urls.web);
  await pressOn(page, page.getByRole("link", { name: /^(Start free|Get a key)$/ }).first());
  await page.waitForURL(/\/signup/);
  await typeInto(page, page.getByLabel("Email"), "tabs@example.com");
  await typeInto(page, page.getByLabel("Password"), "Correct-horse-9");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/onboarding/);
  await tabTo(page, page.getByRole("tab", { name: "curl" }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Node", exact: true })).toHaveAttribute("aria-selected", "true");
  await pressOn(page, page.getByRole("button", { name: "Run it for me" }));
  await expect(page.getByText("First request received")).toBeVisible({ timeout: STORED_MS_MAX });
});

test("by keyboard: a key is made, and the focus comes back to where it was", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "tab-keys@example.com");
  await page.goto(`${project.address}/keys`);
  const opener = page.getByRole("button", { name: "Create key" }).first();
  await pressOn(page, opener);
  const dialog = page.getByRole("dialog");
  await typeInto(page, dialog.getByLabel("Name"), "by-keyboard");
  await tabTo(page, dialog.getByRole("radio", { name: "Live" }));
  await page.keyboard.press("ArrowDown");
  await expect(dialog.getByRole("radio", { name: "Test" })).toBeChecked();
  await pressOn(page, dialog.getByRole("button", { name: "Create key" }));
  await expect(dialog.getByRole("button", { name: "Copy", exact: true })).toBeFocused();
  await pressOn(page, dialog.getByRole("button", { name: "Done" }));
  await expect(page.getByRole("row", { name: /by-keyboard/ })).toBeVisible();
  await expect(opener).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
});

test("by keyboard: a preset is made from another and published", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "tab-presets@example.com");
  await page.goto(`${project.address}/presets`);
  await pressOn(page, page.getByRole("button", { name: "New preset" }).first());
  const dialog = page.getByRole("dialog");
  await typeInto(page, dialog.getByLabel("Slug"), "steady");
  await typeInto(page, dialog.getByLabel("Name"), "Steady");
  await pressOn(page, dialog.getByRole("button", { name: "Create preset" }));
  await page.waitForURL(/\/presets\/steady/);
  await pressOn(page, page.getByRole("button", { name: "Publish v1" }));
  await page.getByLabel("Comment").waitFor();
  await typeInto(page, page.getByLabel("Comment"), "First of its kind");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("v1 live");
});

test("by keyboard: a request is found in the logs, opened, and left again", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "tab-logs@example.com");
  const key = await project.createKey({ name: "talk" });
  for (const model of ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5"]) {
    const answer = await fetch(`${stack().urls.gateway}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }) });
    expect(answer.status).toBe(200);
  }
  await page.goto(`${project.address}/logs?mode=test`);
  const rows = page.locator("tr[data-request]");
  await expect(rows).toHaveCount(2, { timeout: STORED_MS_MAX });
  await page.keyboard.press("/");
  await page.keyboard.type("model:anthropic/claude-haiku-4.5");
  await page.keyboard.press("Enter");
  await expect(rows).toHaveCount(1);
  await pressOn(page, rows.first().getByRole("link").or(rows.first().getByRole("button")).first());
  await expect(page.getByRole("heading", { name: "Routing decision" })).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Close" }).first());
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Routing decision" })).toBeHidden();
});

test("by keyboard: a budget is set", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "tab-limits@example.com");
  await page.goto(`${project.address}/limits`);
  const opener = page.getByRole("button", { name: "Create budget" }).first();
  await pressOn(page, opener);
  const dialog = page.getByRole("dialog");
  await typeInto(page, dialog.getByLabel("Name"), "Whole project");
  await typeInto(page, dialog.getByLabel("Limit in USD"), "25");
  await tabTo(page, dialog.getByRole("radio", { name: /Refuse requests/ }));
  await page.keyboard.press("ArrowDown");
  await expect(dialog.getByRole("radio", { name: /cheaper fallback/ })).toBeChecked();
  await pressOn(page, dialog.getByRole("button", { name: "Create budget" }));
  await expect(page.getByRole("row", { name: /Whole project/ })).toContainText("Cheaper fallback");
});
