import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";
import { violationsOf } from "./violations.ts";

const IMAGES = path.join(import.meta.dirname, "../../test-results/images");
const LOOKS = [["light", "light", 1440], ["dark", "dark", 1440], ["mobile", "light", 390]] as const;
const stack = useStack();

test("a drill is run, reported, and ordered for every week, without an accessibility violation in any form", async ({ page }) => {
  mkdirSync(IMAGES, { recursive: true });
  const project = await newProject(page, stack().urls.web, "drills@example.com");
  const document = { rules: [{ name: "Everything", when: {}, strategy: "ordered", targets: [{ model: "openai/gpt-5-mini", weight: 1 }], fallbacks: [{ model: "anthropic/claude-haiku-4.5", weight: 1 }] }], limits: {} };
  await project.change("presets.create", { slug: "mine", name: "Mine", document });
  await project.change("presets.publish", { slug: "mine", comment: "first" });
  const secret = await project.createKey({ name: "probe" });

  await page.goto(`${project.address}/presets/mine`);
  await page.getByRole("button", { name: "Drill", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Provider").selectOption("openai");
  await dialog.getByLabel("Share in %").fill("50");
  await dialog.getByLabel("Requests of").selectOption("test");
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("region", { name: "Drill: openai fails" })).toContainText("Runs for 50 % of the requests of test keys");

  const ask = (number: number) => page.request.post(`${stack().urls.gateway}/v1/chat/completions`, { headers: { authorization: `Bearer ${secret}` }, data: { model: "@preset/mine", messages: [{ role: "user", content: "hello" }], session_id: `s${number}`, stream: true } });
  await expect.poll(async () => (await ask(0)).status()).toBe(200);
  for (let number = 1; number <= 12; number++) expect((await ask(number)).status()).toBe(200);
  await expect(page.getByRole("region", { name: "Drill: openai fails" })).toContainText("drilled requests would have been served without it", { timeout: 30_000 });

  await page.getByRole("button", { name: "Drill", exact: true }).click();
  await dialog.getByLabel("Provider").selectOption("openai");
  await dialog.getByLabel("When").selectOption("weekly");
  await dialog.getByLabel("Day").selectOption("mon");
  await dialog.getByLabel("Hour").selectOption("09:00");
  expect(await violationsOf(page), "dialog").toEqual([]);
  await page.screenshot({ path: path.join(IMAGES, "drill-dialog.png") });
  await dialog.getByRole("button", { name: "Schedule" }).click();
  const weekly = page.getByRole("region", { name: "Weekly drills" });
  await expect(weekly).toContainText("Mondays at 9:00 (UTC) openai fails for 5 % of the requests of live keys, for 10 min. Next");
  await weekly.getByRole("button", { name: "Change the weekly drill of openai" }).click();
  await dialog.getByLabel("Share in %").fill("8");
  await dialog.getByLabel("Day").selectOption("fri");
  expect(await violationsOf(page), "change dialog").toEqual([]);
  await page.screenshot({ path: path.join(IMAGES, "drill-change-dialog.png") });
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(weekly).toContainText("Fridays at 9:00 (UTC) openai fails for 8 % of the requests of live keys, for 10 min. Next");
  for (const [look, colorScheme, width] of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(IMAGES, `drill-${look}.png`), fullPage: false });
    expect(await violationsOf(page), look).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth), `${look} scrolls sideways`).toBe(false);
  }
  await page.goto(`${project.address}/alerts`);
  await expect(page.getByText("Drill lost requests").first()).toBeVisible();
  await page.goto(`${project.address}/presets/mine`);
  await weekly.getByRole("button", { name: "Remove the weekly drill of openai" }).click();
  await expect(weekly).toBeHidden();
});
