import { expect, type Locator, type Page } from "@playwright/test";
import pg from "pg";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";

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
  await expect(page.locator(".hist")).toContainText(/@example\.com, /);
  await expect(page.locator(".hist")).not.toContainText("usr_");
});

/** The keyboard alone: only what Tab reaches can be used, and the focus may never fall off the page. */
async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await expect(target).toBeVisible();
  for (let steps = 0; steps < 300; steps++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard does not reach ${target}`);
}

test("rules are written, put in order, checked as JSON, simulated and published without a pointer", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "keyboard@example.com");
  const document = { rules: [{ name: "Everything", when: {}, strategy: "ordered", targets: [{ model: "openai/gpt-5-mini", weight: 1 }], fallbacks: [] }], limits: {} };
  await project.change("presets.create", { slug: "keys", name: "Keys", document });
  await project.change("presets.publish", { slug: "keys", comment: "first" });
  await page.goto(`${project.address}/presets/keys`);
  const rule = (number: number) => page.getByRole("article", { name: `Rule ${number}`, exact: true });

  await tabTo(page, page.getByRole("button", { name: "Add rule" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Name of rule 2"), "Shift+Tab");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("Long prompts");
  await tabTo(page, rule(2).getByText("Edit conditions"));
  await page.keyboard.press("Enter");
  await tabTo(page, rule(2).getByLabel("Input tokens, at least"));
  await page.keyboard.type("5000");
  await tabTo(page, rule(2).getByLabel("Model of target of rule 2, 1"));
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("anthropic/claude-haiku-4.5");
  await tabTo(page, rule(2).getByRole("button", { name: "Add target of rule 2" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Move target of rule 2, 2 up" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Move target of rule 2, 1 down" })).toBeFocused();
  await expect(rule(2).getByLabel("Model of target of rule 2, 2")).toHaveValue("anthropic/claude-haiku-4.5");
  await tabTo(page, page.getByRole("button", { name: "Remove target of rule 2, 1" }));
  await page.keyboard.press("Enter");
  await expect(rule(2).getByLabel("Model of target of rule 2, 1")).toHaveValue("anthropic/claude-haiku-4.5");

  await tabTo(page, page.getByRole("button", { name: "Move rule 2 up" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Name of rule 1")).toHaveValue("Long prompts");
  await expect(page.getByRole("button", { name: "Move rule 1 down" })).toBeFocused();

  await tabTo(page, page.getByLabel("Input tokens", { exact: true }));
  await page.keyboard.type("9000");
  await expect(page.getByText("Rule Long prompts matches.")).toBeVisible();
  await expect(rule(1)).toContainText("Matches the simulated request");

  await tabTo(page, page.getByRole("radio", { name: "JSON" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  const text = page.getByLabel("Document as JSON");
  await tabTo(page, text);
  const written = await text.inputValue();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(written.replace("Long prompts", "Very long prompts").replace("5000", "6000"));
  await tabTo(page, page.getByRole("radio", { name: "Cards" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(rule(1)).toContainText("≥ 6,000");

  await tabTo(page, page.getByRole("button", { name: "Save draft" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(page, page.getByRole("button", { name: "Publish v2" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Comment"));
  await page.keyboard.type("Long prompts go elsewhere");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("v2 live");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
});

test("new prices are told on the overview and on the preset's page, and become a draft with one click", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "prices@example.com");
  const ordered = (...models: string[]) => ({ rules: [{ name: "Everything", when: {}, strategy: "ordered", targets: models.map((model) => ({ model, weight: 1 })), fallbacks: [] }], limits: {} });
  await project.change("presets.create", { slug: "priced", name: "Priced", document: ordered("openai/gpt-5-mini", "openai/gpt-5-nano") });
  await project.change("presets.publish", { slug: "priced", comment: "first" });
  // As the worker writes what it finds.
  const client = new pg.Client({ connectionString: stack().env.DATABASE_URL });
  await client.connect();
  await client.query(
    `INSERT INTO price_notice ("organizationId", "presetSlug", "presetVersion", fingerprint, models, requests, "changedShare", "followedNanoUsd", "savedNanoUsd", proposal, moved, "foundAt") VALUES ($1, 'priced', 1, '1 x', '{openai/gpt-5-nano}', 1200, 0, 0, 3825000000, $2, '[{"rule":"Everything","model":"openai/gpt-5-nano"}]', now())`,
    [project.organizationId, JSON.stringify(ordered("openai/gpt-5-nano", "openai/gpt-5-mini"))]);
  await client.end();

  await page.goto(project.address);
  const told = page.getByRole("region", { name: "New prices" });
  await expect(told).toContainText("priced could save $3.83 a month");
  await told.getByRole("link", { name: "priced" }).click();
  await expect(page.getByText("With openai/gpt-5-nano first in “Everything” it would save")).toBeVisible();
  await page.getByRole("button", { name: "Make it a draft" }).click();
  await expect(page.getByLabel("Model of target of rule 1, 1")).toHaveValue("openai/gpt-5-nano");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("v2 draft");
  await expect(page.getByText("Make it a draft")).toBeHidden();
});

test("a draft is tried as a canary, shown beside the published version, and promoted, by keyboard alone", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "trials@example.com");
  const document = (model: string) => ({ rules: [{ name: "Everything", when: {}, strategy: "ordered", targets: [{ model, weight: 1 }], fallbacks: [] }], limits: {} });
  await project.change("presets.create", { slug: "tried", name: "Tried", document: document("openai/gpt-5-mini") });
  await project.change("presets.publish", { slug: "tried", comment: "first" });
  await project.change("presets.saveDraft", { slug: "tried", document: document("anthropic/claude-haiku-4.5") });
  await page.goto(`${project.address}/presets/tried`);
  await page.getByRole("button", { name: "Canary", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Share in %").fill("10");
  await page.getByRole("dialog").getByRole("button", { name: "Start" }).focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("region", { name: "Canary v2" });
  await expect(panel).toContainText("10 % of sessions beside v1");
  await expect(panel.getByRole("row", { name: /v1 published/ })).toBeVisible();
  await expect(panel).toContainText("0 of at least 20 requests.");
  await panel.getByRole("button", { name: "Promote v2" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("v2 live");
  await expect(panel).toContainText("It was promoted");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();

  await page.getByRole("button", { name: "Shadow", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Start" }).focus();
  await page.keyboard.press("Enter");
  const shadow = page.getByRole("region", { name: "Shadow v1" });
  await expect(shadow).toContainText("Gets copies of 5 % of the answered requests beside v2");
  await expect(shadow.getByRole("row", { name: /v1 shadow/ })).toBeVisible();
  await shadow.getByRole("button", { name: "Stop" }).focus();
  await page.keyboard.press("Enter");
  await expect(shadow).toContainText("It ended");

  await page.getByRole("button", { name: "Shadow", exact: true }).click();
  await page.getByRole("dialog").getByLabel("Version").selectOption({ label: "A model by itself" });
  await page.getByRole("dialog").getByRole("combobox", { name: /^Model/ }).selectOption("openai/gpt-5-mini");
  await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  const ofModel = page.getByRole("region", { name: "Shadow openai/gpt-5-mini" });
  await expect(ofModel.getByRole("row", { name: /openai\/gpt-5-mini shadow/ })).toBeVisible();
});
