import { expect } from "@playwright/test";
import { newProject, useStack } from "./stack.ts";
import { test } from "./test.ts";

const stack = useStack();

test("guardrails hold from the next request on: a denied author is refused with 403, a card number with 400, and the test box says so before", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "guardrails@example.com");
  const key = await project.createKey({ name: "app" });
  const ask = async (body: object): Promise<{ status: number; text: string }> => {
    const answer = await page.request.post(`${stack().urls.gateway}/v1/chat/completions`, { headers: { authorization: `Bearer ${key}` }, data: { model: "openai/gpt-5-mini", messages: [{ role: "user", content: "hello" }], ...body } });
    return { status: answer.status(), text: await answer.text() };
  };
  expect((await ask({})).status).toBe(200);
  await page.goto(`${project.address}/guardrails`);
  await page.getByLabel("Denied models").fill("openai/*");
  await page.keyboard.press("Enter");
  await page.getByLabel("Card numbers").check();
  await page.getByRole("button", { name: "Save guardrails" }).click();
  await expect(page.getByText("Saved. The guardrails hold")).toBeVisible();
  await expect.poll(async () => (await ask({})).status).toBe(403);
  expect((await ask({})).text).toContain("The project does not allow openai/gpt-5-mini");
  const refused = await ask({ model: "anthropic/claude-haiku-4.5", messages: [{ role: "user", content: "4242 4242 4242 4242" }] });
  expect([refused.status, refused.text.includes("card number"), refused.text.includes("4242")]).toEqual([400, true, false]);
  expect((await ask({ model: "anthropic/claude-haiku-4.5" })).status).toBe(200);

  await page.getByLabel("Prompt", { exact: true }).fill("My card is 4242 4242 4242 4242");
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await expect(page.getByText("The prompt holds a card number")).toBeVisible();
  await page.getByLabel("Prompt", { exact: true }).fill("hello");
  await page.getByLabel("Model or preset").fill("anthropic/claude-haiku-4.5");
  await page.getByRole("button", { name: "Try", exact: true }).click();
  await expect(page.getByText("Served", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("button", { name: "Remove openai/*" })).toBeVisible();
  await page.goto(`${project.address}/audit`);
  await expect(page.getByRole("row").filter({ hasText: /guardrails/i }).first()).toContainText("guardrails@example.com");
});

test("a key's page shows what it spent on what, and a list of models written there holds at once", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "key-page@example.com");
  const key = await project.createKey({ name: "reporting" });
  const ask = async (model: string): Promise<number> => (await page.request.post(`${stack().urls.gateway}/v1/chat/completions`, { headers: { authorization: `Bearer ${key}` }, data: { model, messages: [{ role: "user", content: "hello" }] } })).status();
  expect(await ask("anthropic/claude-haiku-4.5")).toBe(200);
  await page.goto(`${project.address}/keys`);
  await page.getByRole("link", { name: "reporting" }).click();
  await expect(page.getByRole("heading", { name: "reporting" })).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("region", { name: "Models of this key, table" })).toContainText("claude-haiku-4.5", { timeout: 2_000 });
  }).toPass();
  await page.getByLabel("Models it may use").fill("openai/gpt-5-mini");
  await page.keyboard.press("Enter");
  await page.getByLabel("Requests per minute").fill("500");
  await page.getByRole("button", { name: "Save key" }).click();
  await expect(page.getByText("Saved. The key keeps to it")).toBeVisible();
  await expect.poll(() => ask("anthropic/claude-haiku-4.5")).toBe(403);
  expect(await ask("openai/gpt-5-mini")).toBe(200);
  await page.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("is revoked in 10 seconds")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
});
