// The month's outside world and what befalls the organizations in it: real PostgreSQL, Stripe's stand-in behind the official client, a clock that is
// handed in. Every happening goes through the code that the dashboard, the worker or the command line would use for it.
import { randomUUID } from "node:crypto";
import pg from "pg";
import { changePlan, createCheckout, createCreditCheckout, createStripe, correctionEntriesFor, ensureCustomer, ensureMeters, ensurePlanPrice, ensureSpendPrice, ledgerEntriesFor, refundPayment, type StripeClient } from "../../packages/billing/src/index.ts";
import { correctedSums, priceAt } from "../../packages/catalog/src/index.ts";
import type { CatalogModel, CatalogSnapshot, PriceVersion } from "../../packages/contracts/src/index.ts";
import { changeCatalog, correctPrice, createWebDb, type WebDb } from "../../packages/db/src/web/index.ts";
import { createWorkerDb, type WorkerDb } from "../../packages/db/src/worker/index.ts";
import { createStripeStandIn, type StripeStandIn } from "../../packages/testkit/src/stripe/index.ts";
import { HOUR_MS, START_MS, type Happening, type Party, type WorldHappening } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import { openInbox, WEBHOOK_SECRET, type Inbox } from "./inbox.ts";
import { modelId, PROVIDER, type Prices } from "./traffic.ts";

interface Subscribed { readonly id: string; readonly party: number; nextEndMs: number; periods: number; endedAtMs: number | null; isClosed: boolean }
/** What the world remembers of what it did; the judges read it, the code under test does not. */
export interface World {
  readonly databaseUrl: string;
  /** As the database has it since the last change of a price. */
  catalog: CatalogSnapshot | null;
  readonly parties: readonly (Party & { readonly organizationId: string; customerId: string | null })[];
  readonly subscriptions: Subscribed[];
  readonly standIn: StripeStandIn;
  readonly stripe: StripeClient;
  readonly db: WorkerDb;
  readonly web: WebDb;
  readonly sql: pg.Client;
  readonly inbox: Inbox;
  readonly clock: { nowMs: number };
  /** The prices that a version should have had, where it was corrected. */
  readonly corrected: Map<string, Prices>;
  close(): Promise<void>;
}

const SOURCE = "month";
const PERIOD_MS = 30 * 24 * HOUR_MS;
const BACK = { successUrl: "http://127.0.0.1:1/paid", cancelUrl: "http://127.0.0.1:1/left" };

export async function openWorld({ databaseUrl, chance, parties }: { readonly databaseUrl: string; readonly chance: Chance; readonly parties: readonly Party[] }): Promise<World> {
  const clock = { nowMs: START_MS };
  const now = (): number => clock.nowMs;
  const sql = new pg.Client({ connectionString: databaseUrl, options: "-c timezone=UTC" });
  await sql.connect();
  const web = createWebDb({ databaseUrl, nowMs: now });
  const db = createWorkerDb({ databaseUrl, ledgerEntriesFor, withReceipts: true });
  let client: StripeClient | null = null;
  const stripeOf = (): StripeClient => { if (client === null) throw new Error("the stand-in is not there yet"); return client; };
  const inbox = await openInbox({ db: web, chance, clock: now, stripe: stripeOf });
  const standIn = await createStripeStandIn({ clock: now, webhookUrl: inbox.url, webhookSecret: WEBHOOK_SECRET });
  client = createStripe({ secretKey: "sk_test_month000000", apiBase: standIn.url });
  const known: World["parties"][number][] = [];
  for (const party of parties) {
    const organizationId = `org_month_${randomUUID().slice(0, 8)}`;
    await sql.query(`INSERT INTO organization (id, slug, name, "timeZone") VALUES ($1, $1, $2, $3)`, [organizationId, party.name, party.timeZone]);
    known.push({ ...party, organizationId, customerId: null });
  }
  return {
    databaseUrl, catalog: null, parties: known, subscriptions: [], standIn, stripe: client, db, web, sql, inbox, clock, corrected: new Map(),
    async close() { await inbox.close(); await standIn.close(); await db.close(); await web.close(); await sql.end(); },
  };
}

/** The price that held then. */
export function versionAt({ catalog }: World, model: number, atMs: number): PriceVersion {
  const version = catalog === null ? null : priceAt(catalog, PROVIDER, modelId(model), atMs);
  if (version === null) throw new Error(`model ${model} has no price`);
  return version;
}

export const versionsOf = ({ catalog }: World): readonly PriceVersion[] => [...catalog?.prices.values() ?? []].flat().filter(({ source }) => source === SOURCE);

const modelOf = (model: number): CatalogModel => ({ id: modelId(model), name: modelId(model), author: PROVIDER, createdAt: 0, contextTokens: 200_000, maxOutputTokens: 20_000, inputModalities: ["text"], tools: true, jsonSchema: true, reasoning: true, tier: "fast", description: "" });

/** A new price from now on; the one before it is closed. */
export async function reprice(world: World, { model, input, output }: { readonly model: number; readonly input: bigint; readonly output: bigint }): Promise<void> {
  const { databaseUrl, clock: { nowMs } } = world;
  const version: PriceVersion = { id: `prc_${randomUUID()}`, provider: PROVIDER, model: modelId(model), effectiveFromMs: nowMs, effectiveToMs: null, inputNanoUsdPerMillion: input, cacheReadNanoUsdPerMillion: input, cacheWriteNanoUsdPerMillion: input, outputNanoUsdPerMillion: output, source: SOURCE };
  await changeCatalog({ databaseUrl, nowMs, decide: () => ({ writes: { models: [modelOf(model)], endpoints: [{ provider: PROVIDER, model: modelId(model), upstreamModel: modelId(model) }], prices: [{ provider: PROVIDER, model: modelId(model), versions: [version] }] }, decision: null }) });
  world.catalog = await changeCatalog({ databaseUrl, nowMs, decide: ({ catalog }) => ({ writes: null, decision: catalog }) });
}

/** As `catalog correct --apply` does it. Returns how many requests it changed. */
async function correct(world: World, version: PriceVersion, prices: Prices): Promise<number> {
  const right: PriceVersion = { ...version, inputNanoUsdPerMillion: prices.input, cacheReadNanoUsdPerMillion: prices.input, cacheWriteNanoUsdPerMillion: prices.input, outputNanoUsdPerMillion: prices.output };
  const totals = await correctPrice({
    databaseUrl: world.databaseUrl, nowMs: world.clock.nowMs, priceVersionId: version.id, prices: {}, reason: "The price was wrong.", range: { fromMs: null, toMs: null }, isDry: false,
    correct: (request) => correctedSums(request, { wrong: version, right }), entriesFor: correctionEntriesFor,
  });
  world.corrected.set(version.id, prices);
  return totals.reduce((sum, { requests }) => sum + requests, 0);
}

/** Every correction once more: a run that was not sure of the one before. Returns how many requests it changed. */
export async function correctAgain(world: World): Promise<number> {
  let changed = 0;
  for (const version of versionsOf(world)) {
    const prices = world.corrected.get(version.id);
    if (prices !== undefined) changed += await correct(world, version, prices);
  }
  return changed;
}

export async function befallWorld(world: World, what: WorldHappening, chance: Chance): Promise<void> {
  if (what.kind === "price") return reprice(world, what);
  if (what.kind === "stripe_fault") return world.standIn.setFaults([{ kind: what.fault, path: "/v2/billing/meter_events", times: what.times }]);
  if (what.kind === "meter_error") {
    const { rows: [row] } = await world.sql.query<{ identifier: string }>(`SELECT identifier FROM meter_export WHERE state = 'sent' AND value > 0 ORDER BY "windowStart" DESC, identifier OFFSET $1 LIMIT 1`, [chance.below(3)]);
    if (row !== undefined) await control(world, "/_admin/meter-errors", { identifier: row.identifier });
    return;
  }
  // One that no usage can still come in for.
  const version = versionsOf(world).filter(({ model, effectiveToMs }) => model === modelId(what.model) && effectiveToMs !== null).sort((a, b) => a.effectiveFromMs - b.effectiveFromMs)[0];
  if (version === undefined) return;
  const scaled = (price: bigint): bigint => (price * what.perMille) / 1_000n + 1n;
  await correct(world, version, { input: scaled(version.inputNanoUsdPerMillion), output: scaled(version.outputNanoUsdPerMillion) });
}

export async function befall(world: World, index: number, what: Happening): Promise<void> {
  const { stripe, standIn } = world;
  const { organizationId } = partyOf(world, index);
  const payments = (): readonly string[] => objects(world, "payment_intent", index).filter((one) => one["status"] === "succeeded").map(({ id }) => id);
  switch (what.kind) {
    case "buy": {
      const { url } = await createCreditCheckout(stripe, { ...BACK, customerId: await customerOf(world, index), organizationId, amountCents: what.cents, keepCard: what.keepCard });
      return visit(url);
    }
    case "subscribe": return subscribe(world, index, what.plan);
    case "change_plan": { await changePlan(stripe, { customerId: await customerOf(world, index), plan: what.plan }); return; }
    case "cancel": return cancel(world, index);
    case "refund": return refundPayment(stripe, { paymentIntentId: payments()[0] ?? "", amountCents: what.cents, requestId: randomUUID() });
    case "fail_refund": { await control(world, "/_admin/refunds/fail", { id: objects(world, "refund", index)[0]?.id ?? refundsOf(world, payments())[0] }); return; }
    case "dispute": { await control(world, "/_admin/disputes", { paymentIntent: payments().at(-1) }); return; }
    case "close_dispute": { await control(world, "/_admin/disputes", { id: [...standIn.state.objects.values()].find((one) => one.object === "dispute" && payments().includes(String(one["payment_intent"])))?.id, status: what.status }); return; }
    case "card": for (const card of objects(world, "payment_method", index)) Object.assign(card, { standin_behaviour: what.behaviour }); return;
    case "top_up": return world.web.autoTopUps.set({ organizationId, role: "owner", userId: null, label: "month" }, { enabled: true, thresholdNanoUsd: what.threshold, amountNanoUsd: what.amount, monthlyCapNanoUsd: what.cap });
    case "pay_overdue": { for (const invoice of objects(world, "invoice", index).filter((one) => one["status"] === "open")) await stripe.invoices.pay(invoice.id); return; }
  }
}

const refundsOf = (world: World, payments: readonly string[]): readonly string[] => [...world.standIn.state.objects.values()].filter((one) => one.object === "refund" && payments.includes(String(one["payment_intent"]))).map(({ id }) => id);
export const objects = (world: World, object: string, index: number) => [...world.standIn.state.objects.values()].filter((one) => one.object === object && one["customer"] === partyOf(world, index).customerId);

export function partyOf(world: World, index: number): World["parties"][number] {
  const party = world.parties[index];
  if (party === undefined) throw new RangeError("no such party");
  return party;
}

async function customerOf(world: World, index: number): Promise<string> {
  const party = partyOf(world, index);
  party.customerId ??= await ensureCustomer(world.stripe, { id: party.organizationId, name: party.name });
  await world.sql.query(`UPDATE organization SET "stripeCustomerId" = $2 WHERE id = $1`, [party.organizationId, party.customerId]);
  return party.customerId;
}

async function subscribe(world: World, index: number, plan: "pro" | "scale"): Promise<void> {
  const { stripe } = world;
  const customerId = await customerOf(world, index);
  const spend = await ensureSpendPrice(stripe, (await ensureMeters(stripe)).spend);
  const { url, id } = await createCheckout(stripe, { ...BACK, customerId, organizationId: partyOf(world, index).organizationId, priceIds: [spend], planPriceId: await ensurePlanPrice(stripe, plan) });
  await visit(url);
  const { subscription } = await stripe.checkout.sessions.retrieve(id);
  if (typeof subscription !== "string") throw new Error("the checkout opened no subscription");
  world.subscriptions.push({ id: subscription, party: index, nextEndMs: world.clock.nowMs - (world.clock.nowMs % 1000) + PERIOD_MS, periods: 0, endedAtMs: null, isClosed: false });
}

export async function cancel(world: World, index: number): Promise<void> {
  const live = world.subscriptions.find((one) => one.party === index && one.endedAtMs === null);
  if (live !== undefined) live.endedAtMs = ((await world.stripe.subscriptions.cancel(live.id)).ended_at ?? 0) * 1000;
}

/** Stripe's side of time passing: an hour after a period has ended its invoice is final, and the card pays or does not. Returns how many periods ended. */
export async function closePeriods(world: World): Promise<number> {
  let closed = 0;
  for (const one of world.subscriptions) {
    const endMs = one.endedAtMs ?? one.nextEndMs;
    if (one.isClosed || world.clock.nowMs < endMs + HOUR_MS) continue;
    const paid = partyOf(world, one.party).firstInvoice === "paid" || one.periods > 0;
    await control(world, "/_admin/invoices", { subscription: one.id, paid, periodEnd: Math.floor(endMs / 1000), goesOn: one.endedAtMs === null });
    one.periods += 1;
    closed += 1;
    if (one.endedAtMs === null) one.nextEndMs += PERIOD_MS;
    else one.isClosed = true;
  }
  return closed;
}

async function visit(url: string): Promise<void> {
  const { status } = await fetch(`${url}/pay`, { method: "POST", redirect: "manual" });
  if (status !== 303) throw new Error(`the hosted page answered ${status}`);
}

async function control(world: World, path: string, wish: object): Promise<void> {
  const response = await fetch(`${world.standIn.url}${path}`, { method: "POST", body: JSON.stringify(wish) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}
