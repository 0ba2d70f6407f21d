import { expect, test } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";

const stack = useStack();

test("a preset is edited, simulated with a provider down, published and rolled back by keyboard alone", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "editor@example.com");
  const document = { rules: [{ name: "Everything", when: {}, strategy: "ordered", targets: [{ model: "openai/gpt-5-mini", weight: 1 }], fallbacks: [{ model: "anthropic/claude-haiku-4.5", weight: 1 }] }], limits: {} };
  await project.change("presets.create", { slug: "mine", name: "Mine", document });
  await project.change("presets.publish", { slug: "mine", comment: "first" });
  await page.goto(`${project.address}/presets/mine`);
  const kept = page.getByRole("region", { name: "Candidates, table" }).locator("tbody tr").nth(1);
  await expect(kept).toContainText("gpt-5-mini");

  await page.getByLabel("openai", { exact: true }).focus();
  await page.keyboard.press("Space");
  await expect(kept).toContainText("claude-haiku-4.5");

  await page.getByText("Edit conditions").first().focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Budget used, at least %").focus();
  await page.keyboard.type("80");
  await expect(page.getByRole("article", { name: "Rule 1" })).toContainText("≥ 80 %");
  await expect(page.getByText("No rule of preset draft matches this request.")).toBeVisible();
  await page.getByRole("button", { name: "Save draft" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Unsaved changes" })).toBeHidden();
  await page.getByRole("button", { name: "Publish v2" }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Comment").focus();
  await page.keyboard.type("Only when the budget is nearly spent");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("v2 live");

  await page.getByRole("button", { name: "Replay" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("This preset routed no request in that time.")).toBeVisible();
  await page.getByRole("button", { name: "Roll back to v1" }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Roll back to v1" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("v1 live");
});
