// A month in minutes: hour by hour, what befalls the organizations, what they use, and the ticks that the worker runs; at its end everything is made
// final and judged. The same seed is the same month.
import { createCreditNotes } from "../../apps/worker/src/bill/credit-notes.ts";
import { compareMeters } from "../../apps/worker/src/bill/compare-meters.ts";
import { createReporter } from "../../apps/worker/src/bill/report-meter-events.ts";
import { createTopUps } from "../../apps/worker/src/bill/top-up.ts";
import { closedWindows, openExports } from "../../apps/worker/src/aggregate/open-exports.ts";
import { ingestBatch } from "../../apps/worker/src/ingest/ingest-batch.ts";
import { createSignReceipts } from "../../apps/worker/src/receipt/sign-receipts.ts";
import { isPlanId, PLANS, type UsageEvent } from "../../packages/contracts/src/index.ts";
import { createReceiptSigner, type VersionedSecrets } from "../../packages/keys/src/index.ts";
import { DAY_MS, END_MS, HOUR_MS, planParties, planWorld, START_MS, type Party } from "./calendar.ts";
import { createChance, type Chance } from "./chance.ts";
import { judge, type Verdict } from "./judge.ts";
import { makeCall, type JournalLine } from "./traffic.ts";
import { befall, befallWorld, cancel, closePeriods, correctAgain, openWorld, reprice, versionAt, type World } from "./world.ts";

export interface MonthOptions { readonly databaseUrl: string; readonly seed: number; readonly requests: number; readonly say: (text: string) => void }
export interface MonthReport { readonly seed: number; readonly requests: number; readonly passed: number; readonly failed: number; readonly verdicts: readonly Verdict[]; readonly facts: Readonly<Record<string, string | number>> }

/** Of the usage: comes hours late, lies about an edge, comes days late, is delivered twice. */
const LATE_SHARE = 0.1;
const EDGE_SHARE = 0.2;
const EDGE_LATE_SHARE = 0.5;
const VERY_LATE_SHARE = 0.01;
const TWICE_SHARE = 0.1;
const MODELS = 2;
/** What is late and put off is over by then. */
const SETTLE_HOURS = 80;
const SECRETS: VersionedSecrets = new Map([[1, new Uint8Array(32).fill(7)]]);

interface Month { readonly world: World; readonly chance: Chance; readonly journal: JournalLine[]; readonly pending: { readonly event: UsageEvent; readonly dueAtMs: number }[]; readonly seen: { pastDue: boolean; refused: number } }

export async function runMonth({ databaseUrl, seed, requests, say }: MonthOptions): Promise<MonthReport> {
  const chance = createChance(seed);
  const parties = planParties(chance);
  const world = await openWorld({ databaseUrl, chance, parties });
  try {
    const month: Month = { world, chance, journal: [], pending: [], seen: { pastDue: false, refused: 0 } };
    for (let model = 0; model < MODELS; model++) await reprice(world, { model, input: 1_500_000_001n + BigInt(model), output: 7_500_000_003n });
    const ticks = ticksOf(world);
    const befalls = [...planWorld(chance).map(({ atMs, what }) => ({ atMs, run: () => befallWorld(world, what, chance) })), ...parties.flatMap((party, index) => party.happenings.map(({ atMs, what }) => ({ atMs, run: () => befall(world, index, what) })))].sort((a, b) => a.atMs - b.atMs);
    const plan = callTimes(chance, parties, requests);
    let wasQuiet = false;
    for (let hourMs = START_MS; hourMs < END_MS + SETTLE_HOURS * HOUR_MS; hourMs += HOUR_MS) {
      const seen = month.journal.length - befalls.length;
      for (; befalls[0] !== undefined && befalls[0].atMs < hourMs + HOUR_MS; befalls.shift()) {
        world.clock.nowMs = Math.max(world.clock.nowMs, befalls[0].atMs);
        await befalls[0].run();
        await world.standIn.settled();
      }
      await use(month, plan, hourMs);
      world.clock.nowMs = hourMs + HOUR_MS + 130_000;
      const isQuiet = seen === month.journal.length - befalls.length;
      // Two hours in a row in which nothing happens have no tick with anything to do.
      if (!isQuiet || !wasQuiet || !world.inbox.isEmpty() || month.pending.some(({ dueAtMs }) => dueAtMs <= world.clock.nowMs) || await closePeriods(world) > 0) await hour(month, ticks);
      wasQuiet = isQuiet;
      if ((hourMs - START_MS) % (7 * DAY_MS) === 0) say(`${new Date(hourMs).toISOString().slice(0, 10)}: ${month.journal.length} requests`);
    }
    await settleAll(month, ticks);
    return await report(month, { seed, comparison: await compareMeters(ticks.comparing) });
  } finally {
    await world.close();
  }
}

type Ticks = ReturnType<typeof ticksOf>;

function ticksOf(world: World) {
  const clock = (): number => world.clock.nowMs;
  const { db, stripe } = world;
  const comparing = { db, stripe, clock, findClosedWindows: (nowMs: number) => closedWindows({ nowMs, windowMs: HOUR_MS }) };
  return {
    comparing,
    report: createReporter({ ...comparing, openExports, onOutcome: () => {} }),
    topUp: createTopUps({ db, stripe, clock, sendMail: async () => {}, publicWebUrl: "http://127.0.0.1:1", onOutcome: () => {} }),
    creditNotes: createCreditNotes({ db, stripe, clock, sendMail: async () => {}, onFailed: () => {} }),
    sign: createSignReceipts({ db: db.receipts, signer: createReceiptSigner(SECRETS), clock, pause: async () => {}, isDraining: () => false }),
  };
}

interface PlannedCall { readonly atMs: number; readonly party: number; readonly lateShare: number }

/** All over the month, and a fifth of them about the edges: where a subscription begins, ends, or is invoiced. There every other one comes late. */
function callTimes(chance: Chance, parties: readonly Party[], requests: number): PlannedCall[] {
  const edges = parties.flatMap(({ happenings }, party) => happenings.flatMap(({ atMs, what }) => (what.kind === "subscribe" ? [{ atMs, party }, { atMs: atMs + 30 * DAY_MS, party }] : what.kind === "cancel" ? [{ atMs, party }] : []))).filter(({ atMs }) => atMs < END_MS);
  return Array.from({ length: requests }, (): PlannedCall => {
    const edge = chance.happens(EDGE_SHARE) ? edges[chance.below(edges.length)] : undefined;
    if (edge === undefined) return { atMs: START_MS + chance.below(END_MS - START_MS), party: chance.below(parties.length), lateShare: LATE_SHARE };
    return { party: edge.party, atMs: Math.min(END_MS - 1, Math.max(START_MS, edge.atMs - 4 * HOUR_MS + chance.below(6 * HOUR_MS))), lateShare: EDGE_LATE_SHARE };
  }).sort((a, b) => a.atMs - b.atMs);
}

async function use(month: Month, plan: PlannedCall[], hourMs: number): Promise<void> {
  const { world, chance, journal, pending, seen } = month;
  if (plan[0] === undefined || plan[0].atMs >= hourMs + HOUR_MS) return;
  const accounts = await standings(world);
  for (; plan[0] !== undefined && plan[0].atMs < hourMs + HOUR_MS; plan.shift()) {
    const { atMs, party, lateShare } = plan[0];
    const { organizationId, ownKeys } = world.parties[party] ?? {};
    if (organizationId === undefined) continue;
    const account = accounts.get(organizationId);
    // As the gateway decides it: an overdue payment is a budget of nothing, and so is credit that is used up.
    if (account?.state === "past_due") { seen.pastDue = true; seen.refused += 1; continue; }
    if (account?.mode === "prepaid" && account.leftNanoUsd <= 0n) { seen.refused += 1; continue; }
    const plans = isPlanId(account?.plan) ? account.plan : "free";
    const model = chance.below(MODELS);
    const { event, line } = makeCall(chance, journal.length, { party, organizationId, createdAtMs: atMs, model, version: versionAt(world, model, atMs), feeBasisPoints: ownKeys ? PLANS[plans].ownKeyFeeBasisPoints : null });
    journal.push(line);
    const lateMs = chance.happens(VERY_LATE_SHARE) ? (24 + chance.below(48)) * HOUR_MS : chance.happens(lateShare) ? (1 + chance.below(20)) * HOUR_MS : 0;
    pending.push({ event, dueAtMs: hourMs + HOUR_MS + lateMs });
    if (chance.happens(TWICE_SHARE)) pending.push({ event, dueAtMs: hourMs + HOUR_MS + chance.below(30) * HOUR_MS });
  }
}

interface Account { readonly plan: string; readonly mode: string; readonly state: string; readonly leftNanoUsd: bigint }

export async function standings({ sql }: World): Promise<ReadonlyMap<string, Account>> {
  const { rows } = await sql.query<{ organizationId: string; plan: string; mode: string; state: string; left: string }>(
    `SELECT a."organizationId", a.plan, a.mode, a.state, (a."creditNanoUsd" - coalesce((SELECT sum("chargeNanoUsd") FROM usage_rollup_day u WHERE u."organizationId" = a."organizationId" AND u.mode = 'live'), 0))::text AS left FROM billing_account a`);
  return new Map(rows.map(({ organizationId, left, ...account }) => [organizationId, { ...account, leftNanoUsd: BigInt(left) }]));
}

/** What arrives in this hour is booked, as batches of the queue; then a tick of everything, and Stripe's own time. */
async function hour({ world, pending, chance }: Month, { report, topUp, creditNotes, sign }: Ticks): Promise<void> {
  const { nowMs } = world.clock;
  const due = pending.filter(({ dueAtMs }) => dueAtMs <= nowMs);
  if (due.length > 0) {
    pending.splice(0, pending.length, ...pending.filter(({ dueAtMs }) => dueAtMs > nowMs));
    await ingestBatch({ ingestEvents: world.db.ingestEvents, onIngested: () => {} }, due.map(({ event }) => event));
  }
  await closePeriods(world);
  await world.standIn.settled();
  await world.inbox.drain(nowMs);
  await report();
  await topUp();
  await creditNotes();
  if (chance.happens(0.2)) await sign();
  await world.standIn.settled();
}

/** Everybody leaves; what is under way comes to rest; the last invoices are made. */
async function settleAll(month: Month, ticks: Ticks): Promise<void> {
  const { world } = month;
  world.standIn.setFaults([]);
  for (const [index] of world.parties.entries()) await cancel(world, index);
  await world.standIn.settled();
  for (let tick = 0; tick < 30; tick++) {
    world.clock.nowMs += HOUR_MS;
    await hour(month, ticks);
    await world.inbox.drain(world.clock.nowMs, true);
  }
  for (const invoice of [...world.standIn.state.objects.values()].filter((one) => one.object === "invoice" && one["status"] === "open")) await world.stripe.invoices.pay(invoice.id);
  await world.standIn.settled();
  await world.inbox.drain(world.clock.nowMs, true);
  await ticks.sign();
}

async function report(month: Month, { seed, comparison }: { readonly seed: number; readonly comparison: Awaited<ReturnType<typeof compareMeters>> }): Promise<MonthReport> {
  const { world, journal, seen } = month;
  const verdicts = await judge({ world, journal, comparison, secrets: SECRETS, accounts: await standings(world), sawPastDue: seen.pastDue, correctedAgain: await correctAgain(world) });
  const { state } = world.standIn;
  const { applied, repeated } = world.inbox.applied();
  const facts = { organizations: world.parties.length, days: (END_MS - START_MS) / DAY_MS, refusedForPayment: seen.refused, webhooksApplied: applied, webhooksRepeated: repeated, meterEvents: state.meterEvents.length, invoices: [...state.objects.values()].filter(({ object }) => object === "invoice").length };
  const failed = verdicts.filter(({ holds }) => !holds).length;
  return { seed, requests: journal.length, passed: verdicts.length - failed, failed, verdicts, facts };
}
