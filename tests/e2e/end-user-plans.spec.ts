import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";
import { violationsOf } from "./violations.ts";

const IMAGES = path.join(import.meta.dirname, "../../test-results/images");
const LOOKS = [["light", "light", 1440], ["dark", "dark", 1440], ["mobile", "light", 390]] as const;
const stack = useStack();

test("the plans of end users are pasted, found, removed, and decide at the gateway, without an accessibility violation in any form", async ({ page }) => {
  mkdirSync(IMAGES, { recursive: true });
  const project = await newProject(page, stack().urls.web, "plans@example.com");
  const rule = (name: string, model: string, when: object) => ({ name, when, strategy: "ordered", targets: [{ model, weight: 1 }], fallbacks: [] });
  await project.change("presets.create", { slug: "mine", name: "Mine", document: { rules: [rule("Paid", "openai/gpt-5-mini", { userPlan: ["gold"] }), rule("Rest", "anthropic/claude-haiku-4.5", {})], limits: {} } });
  await project.change("presets.publish", { slug: "mine", comment: "first" });
  const secret = await project.createKey({ name: "probe" });

  await page.goto(`${project.address}/presets`);
  await page.getByRole("button", { name: "End users’ plans" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("No end user has a plan yet.");
  await dialog.getByLabel("Set plans, one end user a line").fill("ann@example.com, gold\nbob");
  await dialog.getByRole("button", { name: "Save plans" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Line 2: write the end user, a comma and the plan");
  await dialog.getByLabel("Set plans, one end user a line").fill("ann@example.com, gold\nbob, free");
  await dialog.getByRole("button", { name: "Save plans" }).click();
  await expect(dialog.getByRole("status")).toHaveText("Saved: 2.");
  await expect(dialog.getByRole("listitem")).toHaveText([/ann@example\.com.*gold/, /bob.*free/]);
  for (const [look, colorScheme, width] of LOOKS) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(IMAGES, `end-user-plans-${look}.png`), fullPage: false });
    expect(await violationsOf(page), look).toEqual([]);
  }
  await dialog.getByLabel("Find an end user").fill("bo");
  await expect(dialog.getByRole("listitem")).toHaveText([/bob.*free/]);
  await dialog.getByRole("button", { name: "Remove the plan of bob" }).click();
  await expect(dialog).toContainText("Nobody by that name has a plan.");

  const served = async (user: string): Promise<string | undefined> => (await page.request.post(`${stack().urls.gateway}/v1/chat/completions`, { headers: { authorization: `Bearer ${secret}` }, data: { model: "@preset/mine", messages: [{ role: "user", content: "hello" }], user } })).headers()["x-trunkline-provider"];
  await expect.poll(() => served("ann@example.com")).toBe("openai");
  expect(await served("bob")).toBe("anthropic");
});
