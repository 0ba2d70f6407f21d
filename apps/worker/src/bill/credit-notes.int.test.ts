import { randomUUID } from "node:crypto";
import { correctionEntriesFor, createStripe, ledgerEntriesFor } from "@trunkline/billing";
import { correctedSums, rate } from "@trunkline/catalog";
import type { PriceVersion, TokenUsage, UsageEvent } from "@trunkline/contracts";
import { correctPrice, createWorkerDb, type WorkerDb } from "@trunkline/db/worker";
import { createStripeStandIn, type StripeStandIn } from "@trunkline/testkit/stripe";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Mail } from "../alert/send-mail.ts";
import { usageEvent } from "../usage-event.fixture.ts";
import { createCreditNotes } from "./credit-notes.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
const START_MS = Date.UTC(2026, 10, 1, 12);
let db: WorkerDb;
let sql: pg.Client;
let standIn: StripeStandIn;
let versionId = "";
let mails: Mail[] = [];

const version = (input: bigint, output: bigint): PriceVersion => ({ id: versionId, provider: "openai", model: "openai/gpt-x", effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: input, cacheReadNanoUsdPerMillion: input, cacheWriteNanoUsdPerMillion: input, outputNanoUsdPerMillion: output, source: "test" });
const used = (inputTokens: number): TokenUsage => ({ inputTokens, cacheReadTokens: 7, cacheWriteTokens: 0, outputTokens: 501, reasoningTokens: 3, basis: "reported" });
/** As it would be metered at a price: a failed attempt, then the answer. */
function priced(id: string, organizationId: string, price: PriceVersion, number: number): UsageEvent {
  const usage = used(100_000 + number * 37);
  const event = usageEvent(id, { organizationId, usage, priceVersionId: versionId, createdAtMs: START_MS + number * 20_000, chargeNanoUsd: rate(usage, price).toString() }, ["0", "0"]);
  const [failed, won] = event.attempts;
  if (!failed || !won) throw new Error("the fixture makes two attempts");
  const lost = used(40 + number);
  return { ...event, attempts: [{ ...failed, usage: lost, priceVersionId: versionId, failureClass: "server_error", costNanoUsd: rate(lost, price).toString() }, { ...won, usage, priceVersionId: versionId, costNanoUsd: rate(usage, price).toString() }] };
}

beforeAll(async () => {
  if (databaseUrl === "") throw new Error("DATABASE_URL is not set: this suite needs a migrated PostgreSQL");
  db = createWorkerDb({ databaseUrl, ledgerEntriesFor });
  sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
});
afterAll(async () => { await db?.close(); await sql?.end(); });
beforeEach(async () => {
  versionId = `prc_${randomUUID()}`;
  mails = [];
  standIn = await createStripeStandIn({ clock: () => START_MS });
  await sql.query(`UPDATE credit_note SET state = 'settled', "settledBy" = 'credit', "mailedAt" = now() WHERE "mailedAt" IS NULL`);
});
afterEach(() => standIn.close());

async function organization(mode: "prepaid" | "postpaid"): Promise<string> {
  const id = `org_${randomUUID()}`;
  const userId = `usr_${randomUUID()}`;
  standIn.state.objects.set(`cus_${id}`, { id: `cus_${id}`, object: "customer", balance: 0 });
  await sql.query(`INSERT INTO organization (id, slug, name, "stripeCustomerId") VALUES ($1, $1, 'Acme', $2)`, [id, `cus_${id}`]);
  await sql.query(`INSERT INTO "user" (id, email) VALUES ($1, $2)`, [userId, `${userId}@example.test`]);
  await sql.query(`INSERT INTO member ("organizationId", "userId", role) VALUES ($1, $2, 'owner')`, [id, userId]);
  await sql.query(`INSERT INTO billing_account ("organizationId", mode, "updatedAt") VALUES ($1, $2, now())`, [id, mode]);
  return id;
}
const correct = (right: PriceVersion, wrong: PriceVersion, isDry = false) => correctPrice({ databaseUrl, nowMs: START_MS + 86_400_000, priceVersionId: versionId, prices: {}, reason: "The price was wrong.", range: { fromMs: null, toMs: null }, isDry, correct: (request) => correctedSums(request, { wrong, right }), entriesFor: correctionEntriesFor });
const balances = async (id: string) => Object.fromEntries((await sql.query<{ account: string; sum: string }>(`SELECT account, sum("amountNanoUsd")::text AS sum FROM ledger_entry WHERE "organizationId" = $1 GROUP BY 1 HAVING sum("amountNanoUsd") <> 0`, [id])).rows.map(({ account, sum }) => [account, sum]));
const rollups = async (id: string) => (await sql.query(`SELECT bucket, sum("chargeNanoUsd")::text AS charge, sum("costNanoUsd")::text AS cost FROM usage_rollup WHERE "organizationId" = $1 GROUP BY 1 ORDER BY 1`, [id])).rows;
const notes = async (id: string) => (await sql.query<{ amount: string; requests: number; settledBy: string; cents: string }>(`SELECT "amountNanoUsd"::text AS amount, requests, "settledBy", cents::text FROM credit_note WHERE "organizationId" = $1 ORDER BY "createdAt", id`, [id])).rows;
const tick = () => createCreditNotes({ db, stripe: createStripe({ secretKey: "sk_test_standin000", apiBase: standIn.url }), clock: () => START_MS, onFailed: (_id, error) => { throw error; }, async sendMail(mail) { mails.push(mail); } })();

describe("a corrected price", () => {
  it("leaves ledger and sums as they would be had it been right from the start, however often it is run, also by way of another wrong one", async () => {
    const [wrong, worse, right] = [version(3_000_000_001n, 15_000_000_000n), version(9_999_999_999n, 1n), version(2_100_000_000n, 8_400_000_003n)];
    const [id, twin] = [await organization("prepaid"), await organization("prepaid")];
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    await db.ingestEvents(numbers.map((number) => priced(`req_${id}_${number}`, id, wrong, number)));
    await db.ingestEvents(numbers.map((number) => priced(`req_${twin}_${number}`, twin, { ...right, id: "prc_elsewhere" }, number)).map((event) => ({ ...event, priceVersionId: "prc_elsewhere", attempts: event.attempts.map((attempt) => ({ ...attempt, priceVersionId: "prc_elsewhere" })) })));
    const before = await balances(id);
    expect((await correct(right, wrong, true)).map(({ requests }) => requests)).toEqual([40]);
    expect(await balances(id)).toEqual(before);
    await correct(worse, wrong);
    await correct(right, wrong);
    expect(await correct(right, wrong)).toEqual([]);
    expect(await balances(id)).toEqual(await balances(twin));
    expect(await rollups(id)).toEqual(await rollups(twin));
    const { rows } = await sql.query<{ metered: string; corrected: string }>(`SELECT (SELECT sum("chargeNanoUsd") FROM generation WHERE "organizationId" = $1)::text AS metered, (SELECT sum("deltaNanoUsd") FROM price_correction_line WHERE "organizationId" = $1)::text AS corrected`, [id]);
    // Σ receipts and their corrections = ledger = Σ credit notes on top of what was billed.
    expect((BigInt(rows[0]?.metered ?? 0) + BigInt(rows[0]?.corrected ?? 0)).toString()).toBe((await balances(id))["customer_receivable"]);
    expect((await notes(id)).reduce((sum, { amount }) => sum + BigInt(amount), 0n).toString()).toBe(rows[0]?.corrected);
  });

  it("is netted with the next invoice where a subscription pays, in whole cents and once, the rest carried to the next note; and told by mail", async () => {
    const [wrong, right] = [version(3_000_000_000n, 15_000_000_000n), version(1_000_000_000n, 5_000_000_000n)];
    const id = await organization("postpaid");
    for (const number of [0, 1]) {
      await db.ingestEvents([priced(`req_${id}_${number}`, id, wrong, number)]);
      await correct(right, wrong);
      standIn.setFaults([{ kind: "drop", path: `/v1/customers/cus_${id}/balance_transactions`, times: 1 }]);
      await tick().catch(() => undefined);
      standIn.setFaults([]);
      await tick();
      await tick();
    }
    const found = await notes(id);
    const total = found.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
    expect(total).toBeLessThan(0n);
    expect(found.map(({ settledBy }) => settledBy)).toEqual(["invoice_balance", "invoice_balance"]);
    expect(BigInt(standIn.state.objects.get(`cus_${id}`)?.["balance"] as number)).toBe(total / 10_000_000n);
    expect(mails).toHaveLength(2);
    expect(mails[0]?.text).toContain("in your favour. Your next invoice takes it into account");
  });

  it("is in the credit at once where credit pays, and Stripe is asked for nothing", async () => {
    const [wrong, right] = [version(3_000_000_000n, 15_000_000_000n), version(1_000_000_000n, 5_000_000_000n)];
    const id = await organization("prepaid");
    await db.ingestEvents([priced(`req_${id}`, id, wrong, 0)]);
    await correct(right, wrong);
    await tick();
    expect(await notes(id)).toMatchObject([{ settledBy: "credit", cents: "0" }]);
    expect(standIn.state.requests).toBe(0);
    const { rows } = await sql.query<{ charge: string }>(`SELECT sum("chargeNanoUsd")::text AS charge FROM usage_rollup_day WHERE "organizationId" = $1`, [id]);
    expect(rows[0]?.charge).toBe(rate(used(100_000), right).toString());
  });
});
