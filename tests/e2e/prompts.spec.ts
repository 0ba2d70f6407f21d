import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { violationsOf } from "./violations.ts";
import { test } from "./test.ts";

const stack = useStack();
const PHONE = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };

async function ask(key: string, words: string): Promise<void> {
  const answer = await fetch(`${stack().urls.gateway}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify({ model: "openai/gpt-5-mini", messages: [{ role: "user", content: words }] }) });
  expect(answer.status).toBe(200);
  await answer.text();
}

test("prompts are stored once a project switches it on, shown without what is secret, and the log says why others are not", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "prompts@example.com");
  const key = await project.createKey({ name: "talk" });
  await ask(key, "before it was switched on");
  await page.goto(`${project.address}/settings`);
  await page.getByLabel(/Store prompt and answer of/).fill("100");
  await page.getByLabel(/Also remove/).fill("PAT-####");
  const form = page.locator("form").filter({ has: page.getByLabel(/Store prompt and answer of/) });
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Prompts of 100 % of the requests are stored from now on.")).toBeVisible();
  expect(await violationsOf(page)).toEqual([]);
  await page.screenshot({ path: "test-results/images/prompts-settings-light.png", fullPage: true });
  await ask(key, "Tell ada@example.com about PAT-0042 in two sentences.");
  await page.goto(`${project.address}/logs`);
  const rows = page.locator("tr[data-request]");
  await expect(rows).toHaveCount(2);
  await rows.first().click();
  const shown = page.getByRole("region", { name: "Prompt and answer" });
  await expect(shown.getByLabel("Request")).toContainText("Tell [email removed] about [own removed] in two sentences.");
  await expect(shown).toContainText("Removed before it was stored");
  await shown.scrollIntoViewIfNeeded();
  expect(await violationsOf(page)).toEqual([]);
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((value) => { document.documentElement.dataset["theme"] = value; }, theme);
    await page.screenshot({ path: `test-results/images/prompts-log-${theme}.png` });
  }
  expect(await violationsOf(page)).toEqual([]);
  await page.setViewportSize(PHONE);
  await shown.scrollIntoViewIfNeeded();
  await page.screenshot({ path: "test-results/images/prompts-log-phone.png" });
  expect(await violationsOf(page)).toEqual([]);
  await page.setViewportSize(WIDE);
  await rows.nth(1).click();
  await expect(shown).toContainText("Not stored. The request was made before this project began to store prompts.");
});

test("the log's file holds every request of the filter, and nothing else", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "logfile@example.com");
  const [one, two] = [await project.createKey({ name: "one" }), await project.createKey({ name: "two" })];
  for (const key of [one, two, two]) await ask(key, "Hello.");
  await page.goto(`${project.address}/logs?q=key%3Atwo`);
  await expect(page.locator("tr[data-request]")).toHaveCount(2);
  const ids = await page.locator("tr[data-request]").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-request")));
  const fileOf = async (name: string): Promise<{ name: string; text: string }> => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
  };
  const [csv, json] = [await fileOf("Export CSV"), await fileOf("Export JSON")];
  expect(csv.name).toBe("requests-default.csv");
  expect(csv.text.trimEnd().split("\r\n").slice(1).map((line) => line.split(",")[0])).toEqual(ids);
  expect((JSON.parse(json.text) as { id: string }[]).map((row) => row.id)).toEqual(ids);
  await page.screenshot({ path: "test-results/images/logs-export-light.png" });
  await page.setViewportSize(PHONE);
  await page.screenshot({ path: "test-results/images/logs-export-phone.png" });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
});

test("nothing moves for who asked for less motion, and forced colours leave every button to be seen", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "calm@example.com");
  await ask(await project.createKey({ name: "calm" }), "Hello.");
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  for (const path of ["", "/analytics", "/logs", "/keys", "/presets", "/playground", "/limits", "/settings"]) {
    await page.goto(`${project.address}${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const moving = await page.evaluate(() => document.getAnimations().filter((animation) => Number(animation.effect?.getComputedTiming().duration ?? 0) > 10).length);
    expect(moving, path).toBe(0);
    const unseen = await page.getByRole("button").evaluateAll((buttons) => buttons.filter((button) => button.checkVisibility() && !button.hasAttribute("disabled") && getComputedStyle(button).color === getComputedStyle(button).backgroundColor).map((button) => button.textContent));
    expect(unseen, path).toEqual([]);
  }
  await page.screenshot({ path: "test-results/images/settings-forced-colours.png" });
});
