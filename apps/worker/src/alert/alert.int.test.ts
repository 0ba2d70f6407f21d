import { createHmac, randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ledgerEntriesFor } from "@trunkline/billing";
import type { AlertMessage } from "@trunkline/contracts";
import { createWorkerDb } from "@trunkline/db/worker";
import { seal } from "@trunkline/keys";
import pg from "pg";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { usageEvent } from "../usage-event.fixture.ts";
import { createAlertTick } from "./alert-tick.ts";
import { RETRY_MS } from "./deliver.ts";
import { createSendMail } from "./send-mail.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
const db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
const sql = new pg.Pool({ connectionString: databaseUrl, max: 2 });
const keks = new Map([[1, new Uint8Array(32).fill(4)]]);
const SECRET = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const MINUTE_MS = 60_000;

interface Received { readonly headers: IncomingHttpHeaders; readonly body: string }
let hooks: Received[] = [];
let mails: { readonly to: readonly string[]; readonly text: string }[] = [];
let answer = 200;
let receiver: Server;
let smtp: SMTPServer;
let hookUrl = "";
let organizationId = "";
let nowMs = 0;
let undelivered: string[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => { hooks.push({ headers: request.headers, body: Buffer.concat(chunks).toString() }); response.writeHead(answer, answer === 302 ? { location: "/elsewhere" } : {}).end(); });
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  hookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  smtp = new SMTPServer({ authOptional: true, disabledCommands: ["STARTTLS"], onData(stream, session, done) {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => { mails.push({ to: session.envelope.rcptTo.map((one) => one.address), text: Buffer.concat(chunks).toString() }); done(); });
  } });
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => { await db.close(); await sql.end(); receiver.close(); await new Promise<void>((resolve) => smtp.close(() => resolve())); });
beforeEach(async () => {
  [hooks, mails, answer, undelivered] = [[], [], 200, []];
  nowMs = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  organizationId = `org_${randomUUID()}`;
  await sql.query("DELETE FROM alert_rule");
  await sql.query(`INSERT INTO organization (id, slug, name, "timeZone") VALUES ($1, $1, 'Alerts', 'Europe/Berlin')`, [organizationId]);
});

interface Wish { readonly settings?: object; readonly emails?: readonly string[]; readonly webhookUrl?: string | null }
async function rule(kind: string, { settings = {}, emails = [], webhookUrl = hookUrl }: Wish = {}): Promise<string> {
  const id = `alr_${randomUUID()}`;
  const sealed = webhookUrl === null ? null : seal(SECRET, { organizationId, credentialId: id, provider: "webhook", baseUrl: webhookUrl, version: 1 }, keks);
  await sql.query(`INSERT INTO alert_rule (id, "organizationId", name, kind, settings, emails, "webhookUrl", "webhookSecret") VALUES ($1, $2, 'watch', $3, $4, $5, $6, $7)`, [id, organizationId, kind, JSON.stringify(settings), emails, webhookUrl, sealed]);
  return id;
}
/** A worker of its own: another tick made so is another process. */
const tickOf = (allowPrivate = true) => createAlertTick({
  db, clock: () => nowMs, encryptionKeys: keks, addressRules: { allowPrivate }, publicWebUrl: "https://trunkline.example",
  sendMail: createSendMail({ smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`, from: "Trunkline <alerts@example.test>", directory: undefined }),
  onOpened: () => undefined, onRuleFailed: (_rule, error) => { throw error; }, onUndelivered: (_delivery, reason, final) => undelivered.push(`${reason}${final ? " (given up)" : ""}`),
});
const spend = (usd: string, more: Parameters<typeof usageEvent>[1] = {}) => db.ingestEvents([usageEvent(`req_${randomUUID()}`, { organizationId, createdAtMs: nowMs - 30_000, chargeNanoUsd: `${Math.round(Number(usd) * 1e9)}`, ...more })]);
const messages = (): AlertMessage[] => hooks.map(({ body }) => JSON.parse(body) as AlertMessage);
const budget = (limitUsd: number, scope = "organization", scopeId = organizationId, countsOwnKeys = false) => sql.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd", enforced, "countsOwnKeys") VALUES ($1, $2, $3, $4, 'team', 'daily', $5, false, $6)`, [`bud_${randomUUID()}`, organizationId, scope, scopeId, limitUsd * 1e9, countsOwnKeys]);

describe("a budget's alert", () => {
  it("is told once for each share that is reached, by mail and signed webhook, however many workers look", async () => {
    await budget(10);
    await rule("budget", { emails: ["ops@example.test"] });
    const [first, second] = [tickOf(), tickOf()];
    await first();
    expect(hooks).toHaveLength(0);
    await spend("5.5");
    for (const step of [0, 1, 2]) { nowMs += step * MINUTE_MS; await Promise.all([first(), second()]); }
    expect(messages().map((message) => [message.type, message.data.details["threshold_percent"]])).toEqual([["alert.budget", 50]]);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({ to: ["ops@example.test"], text: expect.stringContaining("5.50 of 10.00 USD") as string });
    await spend("5");
    nowMs += MINUTE_MS;
    await first();
    // 80 % was passed on the way: only 100 % is told.
    expect(messages().map((message) => message.data.details["threshold_percent"])).toEqual([50, 100]);
    const { rows } = await sql.query<{ resolved: boolean }>(`SELECT "resolvedAt" IS NOT NULL AS resolved FROM alert_event WHERE "organizationId" = $1 ORDER BY "firedAt"`, [organizationId]);
    expect(rows).toEqual([{ resolved: true }, { resolved: false }]);
  });
  it("counts calls on own keys where the budget does, of the organization and of each end user", async () => {
    for (const countsOwnKeys of [false, true]) await budget(countsOwnKeys ? 10 : 11, "organization", organizationId, countsOwnKeys);
    for (const countsOwnKeys of [false, true]) await budget(countsOwnKeys ? 10 : 11, "user", "*", countsOwnKeys);
    await rule("budget");
    await spend("0", { endUser: "ada", credentialId: "crd_1", ownSpendNanoUsd: "6000000000" });
    await tickOf()();
    expect(messages().map(({ data: { details } }) => [details["scope"], details["limit_usd"], details["spent_usd"]]).sort()).toEqual([["organization", "10.00", "6.00"], ["user", "10.00", "6.00"]]);
  });
  it("counts a model's, an end user's and each user's spend by itself", async () => {
    await budget(10, "model", "openai/gpt-x");
    await budget(10, "user", "*");
    await rule("budget");
    await spend("6", { endUser: "ada", model: "other/model" });
    await tickOf()();
    expect(messages().map((message) => [message.data.details["scope"], message.data.summary])).toEqual([["user", expect.stringContaining('the end user "ada"')]]);
  });
});

describe("the webhook", () => {
  it("is signed as Standard Webhooks says, over id, time and the very bytes", async () => {
    await budget(1);
    await rule("budget");
    await spend("2");
    await tickOf()();
    const [hook] = hooks;
    const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } = hook?.headers ?? {};
    expect(Number(timestamp)).toBe(Math.floor(nowMs / 1000));
    expect(signature).toBe(`v1,${createHmac("sha256", Buffer.alloc(32, 9)).update(`${String(id)}.${String(timestamp)}.${hook?.body ?? ""}`).digest("base64")}`);
  });
  it("is tried again ever later with the same id, and given up after a bounded number of tries", async () => {
    await budget(1);
    await rule("budget");
    await spend("2");
    answer = 503;
    const tick = tickOf();
    await tick();
    await tick();
    expect(hooks).toHaveLength(1);
    for (const waitMs of RETRY_MS) { nowMs += waitMs; await tick(); }
    nowMs += 86_400_000;
    await tick();
    expect(hooks).toHaveLength(RETRY_MS.length + 1);
    expect(new Set(hooks.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(undelivered.at(-1)).toBe("the receiver answered 503 (given up)");
    const { rows } = await sql.query(`SELECT state, attempts, "lastError" FROM alert_delivery WHERE "organizationId" = $1`, [organizationId]);
    expect(rows).toContainEqual({ state: "failed", attempts: RETRY_MS.length + 1, lastError: "the receiver answered 503" });
  });
  it("follows no redirect, and reaches no private address", async () => {
    await budget(1);
    await rule("budget");
    await spend("2");
    answer = 302;
    await tickOf()();
    expect(hooks.map(({ headers }) => headers.host)).toHaveLength(1);
    await sql.query("DELETE FROM alert_rule");
    await rule("budget");
    await tickOf(false)();
    await rule("budget", { webhookUrl: "https://localhost:1/hook" });
    await tickOf(false)();
    expect(hooks).toHaveLength(1);
    expect(undelivered).toEqual(["the receiver answered 302", expect.stringContaining("https://"), expect.stringContaining("not an address of the public internet")]);
  });
  it("is not sent when the rule's address was changed behind its seal", async () => {
    await budget(1);
    const id = await rule("budget");
    await sql.query(`UPDATE alert_rule SET "webhookUrl" = $2 WHERE id = $1`, [id, hookUrl.replace("/hook", "/other")]);
    await spend("2");
    await tickOf()();
    expect(hooks).toHaveLength(0);
    expect(undelivered).toHaveLength(1);
  });
});

describe("rates", () => {
  const traffic = async (failed: number, good: number, provider = "openai") => db.ingestEvents(Array.from({ length: failed + good }, (_, index) => {
    const event = usageEvent(`req_${randomUUID()}`, { organizationId, createdAtMs: nowMs - 60_000 });
    return index < failed ? { ...event, status: "failed" as const, attempts: event.attempts.map((attempt) => ({ ...attempt, provider, failureClass: "server_error" as const, status: 500 })) } : event;
  }));
  it("open while too many requests fail and resolve when they no longer do; too few requests say nothing", async () => {
    await rule("error_rate", { settings: { percent: 20, minutes: 10, requestsMin: 10 } });
    const tick = tickOf();
    await traffic(4, 0);
    await tick();
    expect(hooks).toHaveLength(0);
    await traffic(2, 10);
    nowMs += MINUTE_MS;
    await tick();
    expect(messages()).toMatchObject([{ type: "alert.error_rate", data: { details: { failed: 6, requests: 16, percent: 37.5 } } }]);
    nowMs += 30 * MINUTE_MS;
    await tick();
    expect((await sql.query(`SELECT count(*)::int AS open FROM alert_event WHERE "organizationId" = $1 AND "resolvedAt" IS NULL`, [organizationId])).rows).toEqual([{ open: 0 }]);
    expect(hooks).toHaveLength(1);
  });
  it("name the provider that is down and no other", async () => {
    await rule("provider_down", { settings: { requestsMin: 5 } });
    await traffic(8, 20, "groq");
    await tickOf()();
    expect(messages()).toMatchObject([{ type: "alert.provider_down", data: { details: { provider: "groq", failed: 8, attempts: 8 } } }]);
  });
});

it("waits for first tokens are told while one in twenty is too long, and only where enough were timed", async () => {
  await rule("latency", { settings: { milliseconds: 1_000, requestsMin: 20 } });
  const tick = tickOf();
  const timed = (count: number, timeToFirstTokenMs: number) => db.ingestEvents(Array.from({ length: count }, () => usageEvent(`req_${randomUUID()}`, { organizationId, createdAtMs: nowMs - 60_000, streaming: true, timeToFirstTokenMs })));
  await timed(15, 4_000);
  await tick();
  expect(hooks).toHaveLength(0);
  await timed(4, 300);
  await timed(1, 400);
  nowMs += MINUTE_MS;
  await tick();
  expect(messages()).toMatchObject([{ type: "alert.latency", data: { details: { p95_ms: 4_000, limit_ms: 1_000, requests: 20 } } }]);
});

it("credit that runs low is told before calls are refused, and not where nothing is prepaid", async () => {
  await rule("low_balance", { settings: { balanceNanoUsdMin: "5000000000" } });
  const tick = tickOf();
  await spend("7");
  await tick();
  expect(hooks).toHaveLength(0);
  await sql.query(`INSERT INTO billing_account ("organizationId", plan, mode, "creditNanoUsd", "updatedAt") VALUES ($1, 'free', 'prepaid', 11000000000, now())`, [organizationId]);
  nowMs += MINUTE_MS;
  await tick();
  expect(messages()).toMatchObject([{ type: "alert.low_balance", data: { details: { left_usd: "4.00", limit_usd: "5.00" } } }]);
});

it("a snoozed rule says nothing until its time is over, and then what is still wrong", async () => {
  await budget(1);
  const id = await rule("budget");
  await sql.query(`UPDATE alert_rule SET "snoozedUntil" = $2 WHERE id = $1`, [id, new Date(nowMs + 60 * MINUTE_MS)]);
  await spend("2");
  const tick = tickOf();
  await tick();
  nowMs += 59 * MINUTE_MS;
  await tick();
  expect(hooks).toHaveLength(0);
  nowMs += MINUTE_MS;
  await tick();
  expect(messages().map(({ type }) => type)).toEqual(["alert.budget"]);
});

it("an address that takes Slack's form gets a message in it, with what Slack reads as marks taken literally", async () => {
  await budget(1);
  await sql.query(`UPDATE budget SET name = 'a <b> & c' WHERE "organizationId" = $1`, [organizationId]);
  await rule("budget", { webhookUrl: `${hookUrl}/slack` });
  await spend("2");
  await tickOf()();
  expect(hooks.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ text: expect.stringMatching(/^\*watch\*\nBudget "a &lt;b&gt; &amp; c" has reached 100 %/) }]);
});

it("an hour's spend far above the usual is an anomaly, a small or ordinary one is not", async () => {
  await rule("spend_anomaly");
  const tick = tickOf();
  for (let hour = 2; hour < 170; hour += 24) await spend("24", { createdAtMs: nowMs - hour * 3_600_000 });
  await spend("2.5");
  await tick();
  expect(hooks).toHaveLength(0);
  await spend("4");
  nowMs += MINUTE_MS;
  await tick();
  expect(messages()).toMatchObject([{ type: "alert.spend_anomaly", data: { details: { hour_usd: "6.50" } } }]);
});

it("an own credential that its provider refuses is told with its last four characters", async () => {
  await rule("credential_failing");
  const id = `crd_${randomUUID()}`;
  await sql.query(`INSERT INTO provider_credential (id, "organizationId", provider, label, "lastFour", sealed, "updatedAt") VALUES ($1, $2, 'openai', 'production', '1234', 'x', now())`, [id, organizationId]);
  const event = usageEvent(`req_${randomUUID()}`, { organizationId, status: "rescued" }, ["0", "900000"]);
  await db.ingestEvents([{ ...event, attempts: event.attempts.map((attempt, index) => (index === 0 ? { ...attempt, credentialId: id, failureClass: "credential_rejected" as const, status: 401 } : attempt)) }]);
  await tickOf()();
  expect(messages()).toMatchObject([{ type: "alert.credential_failing", data: { details: { credential: id, last_four: "1234", failure: "credential_rejected" } } }]);
  await sql.query("DELETE FROM provider_credential WHERE id = $1", [id]);
});
