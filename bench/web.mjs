// `bench web`: what a page of the dashboard costs its reader, from the production build in headless chromium: script of the first
// load, largest contentful paint, blocking time and layout shift. A whole stack with requests in its log is started for it. How long the dashboard's
// questions take over millions of rows is `bench analytics`.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "@playwright/test";
import { buildAll } from "../infra/scripts/build.mjs";
import { readOptions } from "../infra/scripts/options.mjs";
import { startStack } from "../infra/scripts/stack.mjs";
import { conclude } from "../infra/scripts/verdict.mjs";
import { quantile } from "./load.mjs";

const { rounds: ROUNDS, json } = readOptions({
  command: "bench web", about: "what each page of the dashboard costs its reader, in headless Chromium",
  options: { rounds: { count: 3, min: 1, about: "visits of every page" }, json: { about: "one JSON object on standard output" } },
}, process.argv.slice(3));
const CALLS = 60;
/** Work that follows the paint belongs to the page too. */
const SETTLE_MS = 800;
const THERE_MS_MAX = 20_000;
const GATES = { scriptKb: 180, lcpMs: 1200, tbtMs: 150, cls: 0.02 };
const OPEN = ["/", "/sign-in", "/signup", "/docs", "/docs/api", "/docs/errors", "/status"];
const OF_PROJECT = ["", "/analytics", "/logs", "/keys", "/guardrails", "/presets", "/presets/balanced", "/models", "/models/anthropic/claude-haiku-4.5", "/playground", "/limits", "/alerts", "/provider-keys", "/members", "/billing", "/audit", "/settings", "/account", "/onboarding"];
const say = (text) => process.stderr.write(`${text}\n`);

/** Runs in the page before its own script. A shift that follows a press is asked for. */
function watch() {
  window.benchSeen = { lcp: 0, cls: 0, tbt: 0 };
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.benchSeen.lcp = entry.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.benchSeen.cls += entry.value; }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.benchSeen.tbt += Math.max(0, entry.duration - 50); }).observe({ type: "longtask", buffered: true });
}

const sizes = new Map();
/** Of what the document itself names: what is fetched before anything is pressed. Polyfills for browsers without modules are not fetched. */
async function scriptKb(page, html, address) {
  const names = [...new Set([...html.matchAll(/<script[^>]*\bsrc="([^"]+)"[^>]*>/g)].filter(([tag]) => !/nomodule/i.test(tag)).map(([, src]) => src))];
  let bytes = 0;
  for (const name of names) {
    if (!sizes.has(name)) sizes.set(name, gzipSync(await (await page.request.get(new URL(name, address).href)).body()).length);
    bytes += sizes.get(name);
  }
  return bytes / 1024;
}

/** A browser that has never seen the page. */
async function visit(browser, address, session) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...(session ? { storageState: session } : {}) });
  try {
    const page = await context.newPage();
    await page.addInitScript(watch);
    const answer = await page.goto(address, { waitUntil: "load" });
    const html = await answer.text();
    await page.locator("h1").first().waitFor({ timeout: THERE_MS_MAX });
    await page.waitForFunction(() => document.querySelector(".skeleton") === null, null, { timeout: THERE_MS_MAX });
    await page.waitForTimeout(SETTLE_MS);
    const seen = await page.evaluate(() => window.benchSeen);
    return { scriptKb: await scriptKb(page, html, address), lcpMs: seen.lcp, tbtMs: seen.tbt, cls: seen.cls };
  } finally {
    await context.close();
  }
}

/** A person with a project and requests in its log. */
async function signUp(browser, { urls }) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${urls.web}/signup`);
  await page.getByLabel("Email").fill("bench@example.com");
  await page.getByLabel("Password").fill("Bench-run-horse-9");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/onboarding/);
  const [, organization, project] = new URL(page.url()).pathname.split("/");
  const made = await page.request.post(`${urls.web}/api/trpc/keys.create`, { headers: { origin: urls.web }, data: { organization, project, name: "bench", kind: "test" } });
  const { secret } = (await made.json()).result.data;
  for (let call = 0; call < CALLS; call++) {
    await (await fetch(`${urls.gateway}/v1/chat/completions`, { method: "POST", headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" }, body: JSON.stringify({ model: call % 2 ? "openai/gpt-5-mini" : "anthropic/claude-haiku-4.5", messages: [{ role: "user", content: "hello" }] }) })).text();
  }
  const session = await context.storageState();
  await context.close();
  return { session, address: `${urls.web}/${organization}/${project}` };
}

const median = (samples, name) => Math.round(quantile(samples.map((sample) => sample[name]), 0.5) * 1000) / 1000;

async function measure(browser, stack) {
  const { session, address } = await signUp(browser, stack);
  const pages = [...OPEN.map((route) => ({ route, url: `${stack.urls.web}${route}`, session: null })), ...OF_PROJECT.map((route) => ({ route: `/{org}/{project}${route}`, url: `${address}${route}?mode=test`, session }))];
  const samples = new Map(pages.map(({ route }) => [route, []]));
  // The first round warms the server up and counts for nothing.
  for (let round = 0; round <= ROUNDS; round++) {
    say(round === 0 ? "warming up" : `round ${round} of ${ROUNDS}`);
    for (const page of pages) {
      const sample = await visit(browser, page.url, page.session);
      if (round > 0) samples.get(page.route).push(sample);
    }
  }
  return pages.map(({ route }) => ({ route, ...Object.fromEntries(Object.keys(GATES).map((name) => [name, median(samples.get(route), name)])) }));
}

function report(routes) {
  const missed = routes.flatMap((row) => Object.entries(GATES).filter(([name, max]) => !(row[name] <= max)).map(([name, max]) => `${row.route}: ${name} ${row[name]} > ${max}`));
  for (const text of missed) say(`gate missed: ${text}`);
  conclude({ passed: routes.length * Object.keys(GATES).length - missed.length, failed: missed.length, json, result: { routes, gates: GATES, missed, rounds: ROUNDS, node: process.version, cpu: os.cpus()[0]?.model }, show: () => console.table(routes) });
}

const executablePath = process.env.CHROMIUM_PATH ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => fs.existsSync(file));
await buildAll(say);
const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-bench-web-"));
fs.chmodSync(dataDir, 0o755);
const stack = await startStack({ dataDir, onProgress: say });
const browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
try {
  report(await measure(browser, stack));
} finally {
  await browser.close();
  await stack.stop();
  fs.rmSync(dataDir, { recursive: true, force: true });
}
