import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import pg from "pg";
import { newProject, useStack } from "./stack.ts";
import { sendTraffic } from "./traffic.ts";
import { violationsOf } from "./violations.ts";
import { test } from "./test.ts";

const stack = useStack();
/** A page under test may be slower than a person's, on a loaded machine; without load it takes about 200 ms. */
const SHOWN_MS_MAX = 1_500;

/** When the database committed the only request of the project, to a few milliseconds: asked again as soon as it has answered. */
async function storedAtMs(client: pg.Client, organizationId: string): Promise<number> {
  for (;;) {
    const { rows } = await client.query("SELECT 1 FROM generation WHERE \"organizationId\" = $1", [organizationId]);
    if (rows.length > 0) return Date.now();
  }
}

test("a request is on the open page moments after it is stored, without a reload", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "live@example.com");
  const key = await project.createKey({ name: "live" });
  const client = new pg.Client({ connectionString: stack().env.DATABASE_URL });
  await client.connect();
  await page.goto(`${project.address}/logs`);
  await expect(page.locator("[data-live=live]")).toBeVisible();
  await expect(page.getByText("The test book holds no request yet")).toBeVisible();
  const stored = storedAtMs(client, project.organizationId);
  await sendTraffic(stack().urls.gateway, [key], 1);
  await page.locator("tr[data-request]").first().waitFor();
  const shownMs = Date.now() - (await stored);
  test.info().annotations.push({ type: "stored to shown", description: `${shownMs} ms` });
  expect(shownMs).toBeLessThan(SHOWN_MS_MAX);
  await client.end();
});

test("the log has the columns that are chosen, and the address keeps them", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "chooser@example.com");
  await sendTraffic(stack().urls.gateway, [await project.createKey({ name: "walk" })], 4);
  await page.goto(`${project.address}/logs?mode=test`);
  await expect(page.locator("tr[data-request]")).toHaveCount(4);
  const heads = page.getByRole("region", { name: "Requests, table" }).getByRole("columnheader");
  const usual = await heads.allTextContents();
  await page.getByRole("button", { name: "Columns" }).click();
  const menu = page.getByRole("group", { name: "Columns of the log" });
  await menu.getByLabel("Preset").check();
  await menu.getByLabel("Provider").uncheck();
  expect(await violationsOf(page)).toEqual([]);
  const chosen = ["Time", "Status", "Model, served", "Key", "Preset", "TTFT", "Total", "Tokens", "Cost", "Flags"];
  await expect(heads).toHaveText(chosen);
  await page.reload();
  await expect(heads).toHaveText(chosen);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("button", { name: "The usual ones" }).click();
  await expect(heads).toHaveText(usual);
  await expect(page).not.toHaveURL(/cols=/);
});

test("the log is walked by keys, and the open request is in the address", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "walker@example.com");
  await sendTraffic(stack().urls.gateway, [await project.createKey({ name: "walk" })], 8);
  await page.goto(`${project.address}/logs`);
  const rows = page.locator("tr[data-request]");
  await expect(rows).toHaveCount(8);
  const ids = await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-request") ?? ""));
  const drawer = page.getByRole("complementary", { name: /^Request req_/ });
  const opened = (at: number) => expect(page).toHaveURL(new RegExp(`[?&]id=${ids[at]}`));
  // The rows are in the document; the keys work once the page does.
  await expect(async () => {
    await page.keyboard.press("j");
    await expect(page.locator("tr[data-request].at")).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await expect(page.locator("tr[data-request].at")).toHaveAttribute("data-request", ids[0] ?? "");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await opened(0);
  await expect(drawer.getByText(ids[0] ?? "")).toBeVisible();
  await page.keyboard.press("]");
  await opened(1);
  await page.keyboard.press("]");
  await page.keyboard.press("[");
  await opened(1);
  await expect(drawer.getByRole("heading", { name: "Attempts" })).toBeVisible();
  await page.reload();
  await expect(drawer.getByText(ids[1] ?? "")).toBeVisible();
  await expect(drawer.getByRole("heading", { name: "Attempts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
  await page.keyboard.press("/");
  await page.keyboard.type("status:failed j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=status/);
  await expect(page.getByText("No request in the test book matches this filter.")).toBeVisible();
});

test("the palette jumps to pages, makes keys, turns the theme and finds a request by its id", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "palette@example.com");
  await sendTraffic(stack().urls.gateway, [await project.createKey({ name: "found" })], 1);
  await page.goto(`${project.address}/logs`);
  const id = (await page.locator("tr[data-request]").first().getAttribute("data-request")) ?? "";
  const run = async (text: string): Promise<void> => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or jump to" }).fill(text);
    await page.keyboard.press("Enter");
  };
  await run("analytics");
  await expect(page.getByRole("heading", { level: 1, name: "Analytics" })).toBeVisible();
  await run(id);
  await expect(page.getByRole("complementary", { name: `Request ${id}` })).toBeVisible();
  await run("toggle theme");
  await expect(page.locator("html[data-theme=dark]")).toHaveCount(1);
  await run("create key");
  await expect(page.getByRole("dialog", { name: "Create key" })).toBeVisible();
});

test("a revoked key can be taken back for ten seconds, and is revoked after them", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "undo@example.com");
  await project.createKey({ name: "kept" });
  await project.createKey({ name: "gone" });
  await page.clock.install();
  await page.goto(`${project.address}/keys`);
  const status = (name: string) => page.getByRole("row").filter({ hasText: name }).locator("td").nth(6);
  await page.getByRole("button", { name: "Revoke kept" }).click();
  await expect(status("kept")).toHaveText("Revoking");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByRole("button", { name: "Revoke gone" }).click();
  await expect(status("gone")).toHaveText("Revoking");
  await page.clock.runFor(11_000);
  await expect(status("gone")).toHaveText("Revoked");
  await page.reload();
  await expect(status("kept")).toHaveText("Active");
  await expect(status("gone")).toHaveText("Revoked");
});

test("leaving the page carries out what was not taken back", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "leaver@example.com");
  await project.createKey({ name: "left" });
  await page.goto(`${project.address}/keys`);
  await page.getByRole("button", { name: "Revoke left" }).click();
  await expect(page.getByRole("button", { name: "Undo", exact: true })).toBeVisible();
  await page.goto("about:blank");
  await page.goto(`${project.address}/keys`);
  await expect(page.getByRole("row").filter({ hasText: "left" }).getByText("Revoked")).toBeVisible();
});

test("the exported file is the table on the page", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "export@example.com");
  await sendTraffic(stack().urls.gateway, [await project.createKey({ name: "one" }), await project.createKey({ name: "two, quoted" })], 40);
  await page.goto(`${project.address}/analytics?by=key&range=24h`);
  const table = page.getByRole("region", { name: "Breakdown, table" });
  await expect(table.locator("tfoot")).toContainText("40");
  const shown = await table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [row.querySelector("th")?.textContent ?? "", row.querySelector("[data-l=Requests]")?.textContent ?? "", row.querySelector("[data-l=Spend] span")?.getAttribute("title") ?? ""]));
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export CSV" }).click()]);
  const [head = "", ...lines] = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  const columns = head.split(",");
  const rows = lines.map((line) => (line.match(/"[^"]*"|[^,]+|(?<=,)(?=,)/g) ?? []).map((cell) => cell.replaceAll('"', "")));
  const cell = (row: readonly string[], name: string): string => row[columns.indexOf(name)] ?? "";
  expect(rows.slice(0, -1).map((row) => [cell(row, "key"), cell(row, "requests"), `$${cell(row, "spend_usd")}`])).toEqual(shown);
  expect(cell(rows.at(-1) ?? [], "requests")).toBe("40");
});

test("a preset with many targets is explained", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "wide@example.com");
  const targets = Array.from({ length: 16 }, () => ({ model: "anthropic/claude-sonnet-4.5", weight: 1 }));
  const rule = (name: string) => ({ name, when: {}, strategy: "ordered", targets, fallbacks: [] });
  await project.change("presets.create", { slug: "wide", name: "Wide", document: { rules: Array.from({ length: 12 }, (_, at) => rule(`rule number ${at}`)), limits: {} } });
  await page.goto(`${project.address}/presets/wide`);
  await expect(page.getByText("Rule rule number 0 matches.")).toBeVisible();
});

test("a key is rotated: the new one is shown once, and the old one works on for the time chosen", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "rotate@example.com");
  const old = await project.createKey({ name: "prod-api" });
  await page.goto(`${project.address}/keys`);
  await page.getByRole("button", { name: "Rotate prod-api" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/The old key/).selectOption({ label: "Works for another hour" });
  await dialog.getByRole("button", { name: "Make the new key" }).click();
  const secret = await dialog.locator(".secret code").first().textContent();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: /prod-api/ })).toHaveCount(2);
  expect(await page.content()).not.toContain(secret);
  for (const key of [old, secret]) expect((await fetch(`${stack().urls.gateway}/v1/key`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  await expect(page.getByRole("row", { name: /prod-api/ }).filter({ hasText: /until \d+ \w+ \d{4}/ })).toHaveCount(1);
});

test("a request is asked again in the playground, and its address is handed on", async ({ page }) => {
  const project = await newProject(page, stack().urls.web, "replay@example.com");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const key = await project.createKey({ name: "talk" });
  const answer = await fetch(`${stack().urls.gateway}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify({ model: "openai/gpt-5-mini", messages: [{ role: "user", content: "Hello" }] }) });
  expect(answer.status).toBe(200);
  const id = answer.headers.get("x-trunkline-request-id") ?? "";
  await page.goto(`${project.address}/logs?mode=test`);
  await page.locator("tr[data-request]").first().click({ timeout: 20_000 });
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.getByText("The address of this request is copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${project.address}/logs/${id}`);
  await page.getByRole("link", { name: "Replay" }).click();
  await expect(page.getByLabel("Model of column 1")).toHaveValue("openai/gpt-5-mini");
  await expect(page.getByText(`The prompt of ${id} is not stored.`)).toBeVisible();
});
