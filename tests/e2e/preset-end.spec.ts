import { expect } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";

const stack = useStack();
const DOCUMENT = { rules: [{ name: "all", targets: [{ model: "anthropic/claude-haiku-4.5" }] }] };

test("a preset nobody calls goes after ten seconds and can be taken back; one that is called goes by its typed name, and calls are told the nearest names", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "preset-end@example.com");
  const key = await project.createKey({ name: "app" });
  const ask = async (): Promise<{ status: number; text: string }> => {
    const answer = await page.request.post(`${stack().urls.gateway}/v1/chat/completions`, { headers: { authorization: `Bearer ${key}` }, data: { model: "@preset/support", messages: [{ role: "user", content: "hello" }] } });
    return { status: answer.status(), text: await answer.text() };
  };
  for (const slug of ["support", "supports"]) await project.change("presets.create", { slug, name: slug, document: DOCUMENT });
  for (const slug of ["support", "supports"]) await project.change("presets.publish", { slug, comment: `Begin ${slug}` });
  await expect.poll(async () => (await ask()).status).toBe(200);
  await page.goto(`${project.address}/presets`);
  await page.getByRole("button", { name: "Delete supports" }).click();
  await expect(page.getByText("supports is deleted in 10 seconds.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "Delete supports" })).toBeVisible();

  await page.getByRole("link", { name: "support", exact: true }).click();
  await page.getByRole("link", { name: "v1", exact: true }).click();
  await expect(page.getByText("“Begin support”")).toBeVisible();
  await expect(page.getByText("@preset/support:1")).toBeVisible();

  await expect(async () => {
    await page.goto(`${project.address}/presets`);
    await page.getByRole("button", { name: "Delete support", exact: true }).click();
    await expect(page.getByLabel("Type support to confirm")).toBeVisible({ timeout: 2_000 });
  }).toPass();
  await expect(page.getByRole("button", { name: "Delete for good" })).toBeDisabled();
  await page.getByLabel("Type support to confirm").fill("support");
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByRole("link", { name: "support", exact: true })).toHaveCount(0);
  await expect.poll(async () => (await ask()).status).toBe(404);
  expect((await ask()).text).toContain("Nearest: supports");
  await page.goto(`${project.address}/audit`);
  await expect(page.getByRole("row").filter({ hasText: "preset delete" })).toContainText("support");
});

test("what is left to set up is listed until it is put away, and the top bar tells of providers", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "setup@example.com");
  await page.goto(project.address);
  const setup = page.getByRole("region", { name: "Setup" });
  for (const step of ["First request", "Preset with fallback", "Budget", "Provider key", "Team"]) await expect(setup).toContainText(step);
  await expect(page.getByRole("link", { name: /status page$/ })).toBeVisible();
  await setup.getByRole("button", { name: "Dismiss the setup checklist" }).click();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(setup).toHaveCount(0);
});
