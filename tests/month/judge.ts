// Judges the books at the end of the month, each verdict a sentence and what was counted. Expectations come from the journal of what was used and from
// what Stripe's stand-in holds; nothing is believed because another part of the program says it too.
import type { compareMeters } from "../../apps/worker/src/bill/compare-meters.ts";
import { receiptFaults, receiptKeysOf, type SignedReceipt, type VersionedSecrets } from "../../packages/keys/src/index.ts";
import { DAY_MS, END_MS, START_MS } from "./calendar.ts";
import { expectedCharge, type JournalLine, type Prices } from "./traffic.ts";
import { objects, versionsOf, type World } from "./world.ts";

export interface Verdict { readonly title: string; readonly holds: boolean; readonly detail: string }
export interface JudgeOptions {
  readonly world: World;
  readonly journal: readonly JournalLine[];
  readonly comparison: Awaited<ReturnType<typeof compareMeters>>;
  readonly secrets: VersionedSecrets;
  readonly accounts: ReadonlyMap<string, { readonly plan: string; readonly mode: string; readonly state: string; readonly leftNanoUsd: bigint }>;
  readonly sawPastDue: boolean;
  /** Requests that a second run of every correction changed. */
  readonly correctedAgain: number;
}

const NANO_PER_CENT = 10_000_000n;
const NANO_PER_MICRO = 1_000n;

export async function judge(options: JudgeOptions): Promise<readonly Verdict[]> {
  const { world } = options;
  const verdicts: Verdict[] = [];
  for (const index of world.parties.keys()) verdicts.push(...await judgeParty(options, index));
  return [...verdicts, ...await judgeWhole(options)];
}

const same = (title: string, sums: Readonly<Record<string, bigint>>): Verdict =>
  ({ title, holds: new Set(Object.values(sums)).size === 1, detail: Object.entries(sums).map(([name, sum]) => `${name} ${sum}`).join(", ") });
const yes = (title: string, holds: boolean, detail: string): Verdict => ({ title, holds, detail });
const total = (values: readonly bigint[]): bigint => values.reduce((sum, value) => sum + value, 0n);
const pricesOf = (version: { readonly inputNanoUsdPerMillion: bigint; readonly outputNanoUsdPerMillion: bigint }): Prices => ({ input: version.inputNanoUsdPerMillion, output: version.outputNanoUsdPerMillion });

async function one(world: World, text: string, values: readonly unknown[]): Promise<bigint> {
  const { rows: [row] } = await world.sql.query<{ sum: string | null }>(text, [...values]);
  return BigInt(row?.sum ?? 0);
}

async function judgeParty({ world, journal, accounts, secrets }: JudgeOptions, index: number): Promise<readonly Verdict[]> {
  const party = world.parties[index] as World["parties"][number];
  const { organizationId: id, name } = party;
  const lines = journal.filter((line) => line.party === index);
  const versions = new Map(versionsOf(world).map((version) => [version.id, version]));
  const metered = (line: JournalLine): bigint => expectedCharge(line, pricesOf(versions.get(line.versionId) as never));
  const right = (line: JournalLine): bigint => expectedCharge(line, world.corrected.get(line.versionId) ?? pricesOf(versions.get(line.versionId) as never));
  const ledger = (kind: string): Promise<bigint> => one(world, `SELECT sum(e."amountNanoUsd")::text AS sum FROM ledger_entry e JOIN ledger_transaction t ON t.id = e."transactionId" WHERE t."organizationId" = $1 AND e.account = 'customer_receivable' AND t.kind = $2`, [id, kind]);
  const rollup = (table: string): Promise<bigint> => one(world, `SELECT sum("chargeNanoUsd")::text AS sum FROM ${table} WHERE "organizationId" = $1 AND mode = 'live'`, [id]);
  const absorbed = (table: string): Promise<bigint> => one(world, `SELECT sum("absorbedNanoUsd")::text AS sum FROM ${table} WHERE "organizationId" = $1 AND mode = 'live'`, [id]);
  const [used, corrected] = [await ledger("usage"), await ledger("correction")];
  const charged = total(lines.map(right));
  const receipts = await receiptsOf(world, id);
  return [
    same(`${name}: receipts, ledger and journal come to the same for what was used`, { journal: total(lines.map(metered)), ledger: used, receipts: total(receipts.map(({ receipt }) => BigInt(String(receipt["cost_nano_usd"])))) }),
    yes(`${name}: one receipt a request, each signed and linked to the one before`, receipts.length === lines.length && receiptFaults(receipts, receiptKeysOf(secrets)).length === 0, `${receipts.length} receipts, ${lines.length} requests`),
    same(`${name}: after the corrections, ledger and the sums by minute, hour and day come to what is right`, { right: charged, ledger: used + corrected, minutes: await rollup("usage_rollup"), hours: await rollup("usage_rollup_hour"), days: await rollup("usage_rollup_day") }),
    await judgeDays(world, index, { lines, right }),
    same(`${name}: what nobody pays for is the same in the ledger's postings for requests and in the sums by minute, hour and day`, {
      ledger: await one(world, `SELECT sum("absorbedNanoUsd")::text AS sum FROM ledger_transaction WHERE "organizationId" = $1 AND kind IN ('usage', 'correction')`, [id]), minutes: await absorbed("usage_rollup"), hours: await absorbed("usage_rollup_hour"), days: await absorbed("usage_rollup_day"),
    }),
    ...await judgeStripe(world, index, used),
    ...await judgePaid(world, index, { charged, left: accounts.get(id)?.leftNanoUsd ?? null }),
  ];
}

async function receiptsOf(world: World, id: string): Promise<readonly SignedReceipt[]> {
  const { rows } = await world.sql.query<{ body: string; hash: string; signature: string }>(`SELECT body, hash, signature FROM receipt WHERE "organizationId" = $1 ORDER BY sequence`, [id]);
  return rows.map(({ body, hash, signature }) => ({ receipt: JSON.parse(body) as Record<string, unknown>, hash, signature }));
}

/** The analytics page against calendar days as `Intl` knows them. */
async function judgeDays(world: World, index: number, { lines, right }: { readonly lines: readonly JournalLine[]; readonly right: (line: JournalLine) => bigint }): Promise<Verdict> {
  const { organizationId, timeZone, name } = world.parties[index] as World["parties"][number];
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const wanted = new Map<string, bigint>();
  for (const line of lines) { const day = format.format(line.createdAtMs); wanted.set(day, (wanted.get(day) ?? 0n) + right(line)); }
  const actor = { organizationId, role: "owner" as const, userId: null, label: "month" };
  const { points } = await world.web.usage.series(actor, { from: new Date(START_MS - 2 * DAY_MS), to: new Date(END_MS + 2 * DAY_MS), mode: "live", granularity: "day", groupBy: "model" });
  const shown = new Map<string, bigint>();
  for (const { bucket, chargeNanoUsd } of points) { const day = format.format(bucket); shown.set(day, (shown.get(day) ?? 0n) + chargeNanoUsd); }
  const wrong = [...new Set([...wanted.keys(), ...shown.keys()])].filter((day) => (wanted.get(day) ?? 0n) !== (shown.get(day) ?? 0n));
  return yes(`${name}: every day of ${timeZone} shows what was used on it`, wrong.length === 0, `${wanted.size} days${wrong.length > 0 ? `, wrong: ${wrong.join(" ")}` : ""}`);
}

async function judgeStripe(world: World, index: number, used: bigint): Promise<readonly Verdict[]> {
  const { organizationId: id, name } = world.parties[index] as World["parties"][number];
  const { rows: [row] } = await world.sql.query<{ customer: string | null }>(`SELECT "stripeCustomerId" AS customer FROM organization WHERE id = $1`, [id]);
  const events = world.standIn.state.meterEvents.filter(({ customerId, eventName }) => customerId === row?.customer && eventName === "trunkline_spend_micro_usd");
  const carried = await one(world, `SELECT (sum("amountNanoUsd") - sum(value) * 1000)::text AS sum FROM meter_export WHERE "organizationId" = $1 AND requests = 0`, [id]);
  return [same(`${name}: what Stripe's meter counted and what is carried are the ledger's usage`, { ledger: used, stripe: total(events.map(({ value }) => BigInt(value))) * NANO_PER_MICRO + carried })];
}

/** Everything charged was paid exactly once: by an invoice, or out of credit that was bought. */
async function judgePaid(world: World, index: number, { charged, left }: { readonly charged: bigint; readonly left: bigint | null }): Promise<readonly Verdict[]> {
  const { organizationId: id, name, customerId } = world.parties[index] as World["parties"][number];
  if (customerId === null || left === null) return [];
  const { state } = world.standIn;
  const invoiced = total(objects(world, "invoice", index).flatMap((invoice) => (invoice["lines"] as { data: { quantity: number; pricing: { price_details: { price: string } } }[] }).data)
    .filter(({ pricing }) => (state.objects.get(pricing.price_details.price)?.["recurring"] as { meter: string | null } | undefined)?.meter !== null).map(({ quantity }) => BigInt(quantity))) * NANO_PER_MICRO;
  const notes = total(objects(world, "customer_balance_transaction", index).map((note) => BigInt(Number(note["amount"])))) * NANO_PER_CENT;
  const taken = objects(world, "payment_intent", index).filter((intent) => intent["status"] === "succeeded");
  const paid = taken.filter((intent) => (intent["metadata"] as { purpose?: string }).purpose === "credits");
  const onInvoices = total(objects(world, "invoice", index).filter((invoice) => invoice["parent"] !== null).map((invoice) => BigInt(Number(invoice["amount_paid"])))) * NANO_PER_CENT;
  const ids = new Set(paid.map((intent) => intent.id));
  const returned = [...state.objects.values()].filter((back) => ids.has(String(back["payment_intent"])) && ((back.object === "refund" && back["status"] !== "failed") || (back.object === "dispute" && back["status"] !== "won")));
  const cash = total([...paid.map((intent) => BigInt(Number(intent["amount"]))), ...returned.map((back) => -BigInt(Number(back["amount"])))]) * NANO_PER_CENT;
  const before = await one(world, `SELECT sum("amountNanoUsd")::text AS sum FROM credit_entry WHERE "organizationId" = $1 AND kind = 'opening'`, [id]);
  const booked = await one(world, `SELECT sum("amountNanoUsd")::text AS sum FROM ledger_entry WHERE "organizationId" = $1 AND account = 'cash'`, [id]);
  const owed = await one(world, `SELECT sum("amountNanoUsd")::text AS sum FROM ledger_entry WHERE "organizationId" = $1 AND account = 'customer_receivable'`, [id]);
  const unpaid = total(objects(world, "invoice", index).map((invoice) => BigInt(Number(invoice["amount_remaining"])))) + BigInt(Number(state.objects.get(customerId)?.["balance"] ?? 0));
  return [
    same(`${name}: money that Stripe took for credit and on invoices, less what went back, is the ledger's cash`, { stripe: cash + onInvoices, ledger: booked }),
    same(`${name}: what is owed by the ledger is what Stripe calls unpaid, and what was used before there was an account, less the credit that is left`, { ledger: owed, stripe: unpaid * NANO_PER_CENT + before - left }),
    same(`${name}: every charge was paid once, on an invoice or out of credit`, { charged: charged - before, paid: invoiced + notes + cash - left }),
  ];
}

async function judgeWhole(options: JudgeOptions): Promise<readonly Verdict[]> {
  const { world, journal, comparison, accounts, sawPastDue } = options;
  const { sql, standIn } = world;
  const ids = world.parties.map(({ organizationId }) => organizationId);
  const { rows: unbalanced } = await sql.query(`SELECT "transactionId" FROM ledger_entry WHERE "organizationId" = ANY ($1) GROUP BY 1 HAVING sum("amountNanoUsd") <> 0`, [ids]);
  const { rows: [notes] } = await sql.query<{ notes: string; lines: string; open: string; cents: string }>(`SELECT coalesce(sum("amountNanoUsd"), 0)::text AS notes, (SELECT coalesce(sum("deltaNanoUsd"), 0) FROM price_correction_line WHERE "organizationId" = ANY ($1))::text AS lines, count(*) FILTER (WHERE state = 'open')::text AS open, coalesce(sum(cents), 0)::text AS cents FROM credit_note WHERE "organizationId" = ANY ($1)`, [ids]);
  const balances = total([...standIn.state.objects.values()].filter(({ object }) => object === "customer_balance_transaction").map((one_) => BigInt(Number(one_["amount"]))));
  const { rows: tops } = await sql.query<{ month: string; sum: string; entries: string; paid: string }>(`SELECT to_char(t."createdAt" AT TIME ZONE o."timeZone", 'YYYY-MM') AS month, sum(t."amountNanoUsd")::text AS sum, count(*)::text AS paid, count(c.id)::text AS entries FROM top_up t JOIN organization o ON o.id = t."organizationId" LEFT JOIN credit_entry c ON c."sourceId" = t."paymentIntentId" AND c.kind = 'purchase' WHERE t.state = 'paid' AND t."organizationId" = ANY ($1) GROUP BY t."organizationId", 1`, [ids]);
  const { rows: [unsent] } = await sql.query<{ count: string }>(`SELECT count(*)::text AS count FROM meter_export WHERE "organizationId" = ANY ($1) AND state <> 'sent'`, [ids]);
  const overdue = [...accounts].filter(([id]) => ids.includes(id)).filter(([, { state, mode }]) => state !== "active" || mode !== "prepaid");
  const off = comparison.comparisons.filter(({ kind, organizationId }) => kind !== "agrees" && ids.includes(organizationId));
  return [
    yes("every posting sums to nothing", unbalanced.length === 0, `${unbalanced.length} do not, of ${journal.length} requests and what else was posted`),
    same("credit notes are the corrections, request by request", { notes: BigInt(notes?.notes ?? 0), lines: BigInt(notes?.lines ?? 0) }),
    same("what credit notes put on balances at Stripe is there, once, and none is open", { notes: BigInt(notes?.cents ?? 0) + BigInt(notes?.open ?? 0) * 1_000_000_000n, stripe: balances }),
    yes("automatic top-ups bought within their cap, each booked once", tops.length > 0 && tops.every(({ sum, entries, paid }) => BigInt(sum) <= 30_000_000_000n && entries === paid), tops.map(({ month, sum, paid }) => `${month}: ${paid} for ${sum}`).join("; ")),
    yes("a correction that is run again changes nothing", options.correctedAgain === 0, `${options.correctedAgain} requests`),
    yes("every meter event is sent, and none is in doubt", unsent?.count === "0", `${unsent?.count} are not`),
    yes("the comparison with Stripe's own summaries agrees", off.length === 0 && comparison.skipped === 0 && comparison.comparisons.length > 0, off.length === 0 ? `${comparison.comparisons.length} meters` : off.map(({ organizationId, meter, kind }) => `${organizationId} ${meter} ${kind}`).join("; ")),
    yes("a payment that failed restricted its organization, and paying restored it", sawPastDue && overdue.length === 0, overdue.map(([id, { state, mode }]) => `${id} ${mode} ${state}`).join("; ") || "restored"),
  ];
}
