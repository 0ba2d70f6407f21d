// The judges of a crash run. They read only what outsiders wrote down (callers, simulator, Stripe's stand-in) and the database's ledger; no outcome is exempt.

const NANO = 1_000_000_000;

/** Half-up to one nano-USD, as the price book says. All prices are nano-USD per million tokens. */
function price(row, { input, cacheRead, cacheWrite, output }) {
  const sum = BigInt(input) * BigInt(row.inputNanoUsdPerMillion) + BigInt(cacheRead) * BigInt(row.cacheReadNanoUsdPerMillion) + BigInt(cacheWrite) * BigInt(row.cacheWriteNanoUsdPerMillion) + BigInt(output) * BigInt(row.outputNanoUsdPerMillion);
  return (sum + 500_000n) / 1_000_000n;
}

/** The most that the attempts of a request can have been worth: everything the simulator generated, fresh input, dearest class. */
function worthAtMost(attempts, prices) {
  let worth = 0n;
  for (const attempt of attempts) {
    const row = prices.get(`${attempt.provider} ${attempt.upstreamModel ?? attempt.model}`);
    if (row) worth += price(row, { input: attempt.promptTokens, cacheRead: 0, cacheWrite: attempt.promptTokens, output: attempt.outputTokensGenerated });
  }
  return worth;
}

async function readLedger(client, organizationId) {
  const generations = (await client.query('SELECT id, status, provider, model, "usageBasis", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "priceVersionId" FROM generation WHERE "organizationId" = $1', [organizationId])).rows;
  const postings = (await client.query("SELECT t.\"sourceId\", count(*) AS transactions, coalesce(sum(e.amount), 0) AS charged FROM ledger_transaction t LEFT JOIN (SELECT \"transactionId\", sum(\"amountNanoUsd\") AS amount FROM ledger_entry WHERE account = 'customer_receivable' GROUP BY 1) e ON e.\"transactionId\" = t.id WHERE t.\"organizationId\" = $1 GROUP BY 1", [organizationId])).rows;
  const unbalanced = (await client.query('SELECT "transactionId" FROM ledger_entry WHERE "organizationId" = $1 GROUP BY 1 HAVING sum("amountNanoUsd") <> 0', [organizationId])).rows;
  const rollup = (await client.query('SELECT coalesce(sum(requests), 0) AS requests, coalesce(sum("chargeNanoUsd"), 0) AS charged, coalesce(sum("inputTokens" + "cacheReadTokens" + "cacheWriteTokens" + "outputTokens" + "reasoningTokens"), 0) AS tokens FROM usage_rollup WHERE "organizationId" = $1', [organizationId])).rows[0];
  const priceRows = (await client.query('SELECT p.*, e."upstreamModel" FROM price_version p JOIN model_endpoint e ON e.provider = p.provider AND e."modelId" = p."modelId" WHERE p."effectiveTo" IS NULL')).rows;
  return { generations, postings, unbalanced, rollup, prices: new Map(priceRows.map((row) => [`${row.provider} ${row.upstreamModel}`, row])) };
}

/** Requests whose call overlapped no kill of the gateway: for them nothing at all may be missing. */
const undisturbed = (seen, kills) => !kills.some((kill) => kill.service === "gateway" && kill.atMs >= seen.startedAtMs && kill.atMs <= seen.endedAtMs + 1000);

/** Returns `{ lost, doubled, wrong, notes }`; `notes` holds one line per finding. */
export async function judge({ client, organizationId, callers, simulator, kills }) {
  const ledger = await readLedger(client, organizationId);
  const byId = new Map(ledger.generations.map((row) => [row.id, row]));
  const charged = new Map(ledger.postings.map((row) => [row.sourceId, row]));
  const attempts = Map.groupBy ? Map.groupBy(simulator, (row) => row.requestId) : groupBy(simulator, (row) => row.requestId);
  const findings = { lost: [], doubled: [], wrong: [] };

  for (const seen of callers) judgeCaller({ seen, byId, charged, kills, findings });
  for (const row of ledger.postings) if (Number(row.transactions) !== 1) findings.doubled.push(`${row.sourceId} has ${row.transactions} ledger transactions`);
  for (const row of ledger.generations) judgeRow({ row, posting: charged.get(row.id), attempts: attempts.get(row.id) ?? [], prices: ledger.prices, findings });
  for (const row of ledger.unbalanced) findings.wrong.push(`ledger transaction ${row.transactionId} does not balance`);
  for (const { sourceId } of ledger.postings) if (!byId.has(sourceId)) findings.wrong.push(`${sourceId} is posted without a row`);
  judgeSums(ledger, findings);
  return verdictOf(findings);
}

const NOTES_PER_KIND_MAX = 20;

const verdictOf = ({ lost, doubled, wrong }) => ({
  lost: lost.length, doubled: doubled.length, wrong: wrong.length,
  notes: Object.entries({ lost, doubled, wrong }).flatMap(([kind, lines]) => lines.slice(0, NOTES_PER_KIND_MAX).map((line) => `${kind}: ${line}`)),
});

/** What each meter must hold, from the ledger alone: whole micro-USD of all that was charged, and the charged requests. */
const METERED = [
  { eventName: "trunkline_spend_micro_usd", sql: "SELECT coalesce(sum(e.\"amountNanoUsd\"), 0) / 1000 AS due" },
  { eventName: "trunkline_requests", sql: "SELECT count(*) AS due" },
];
const CHARGED = "FROM ledger_transaction t JOIN ledger_entry e ON e.\"transactionId\" = t.id WHERE t.\"organizationId\" = $1 AND t.kind = 'usage' AND e.account = 'customer_receivable'";

/**
 * Compares what arrived at Stripe's stand-in with the ledger; nothing of our own export rows is asked. `standIn` is its `GET /_admin/state`.
 * A meter that holds less than the ledger is lost usage, one that holds more is doubled. Returns the same shape as `judge`.
 */
export async function judgeMeters({ client, organizationId, standIn }) {
  const findings = { lost: [], doubled: [], wrong: [] };
  const customers = standIn.objects.filter((object) => object.object === "customer" && object.metadata?.organizationId === organizationId).map((customer) => customer.id);
  if (customers.length > 1) findings.doubled.push(`the organization has ${customers.length} customers: ${customers.join(", ")}`);
  const identifiers = standIn.meterEvents.map((event) => event.identifier);
  for (const identifier of new Set(identifiers.filter((value, at) => identifiers.indexOf(value) !== at))) findings.doubled.push(`identifier ${identifier} was counted more than once`);
  for (const event of standIn.meterEvents) if (!customers.includes(event.customerId)) findings.wrong.push(`a meter event of ${event.customerId}, who is no customer of this organization`);
  for (const { eventName, sql } of METERED) {
    const due = BigInt((await client.query(`${sql} ${CHARGED}`, [organizationId])).rows[0].due.split(".")[0]);
    const held = standIn.meterEvents.filter((event) => event.eventName === eventName && customers.includes(event.customerId)).reduce((sum, event) => sum + BigInt(event.value), 0n);
    if (held !== due) findings[held < due ? "lost" : "doubled"].push(`${eventName} holds ${held}, the ledger ${due}`);
  }
  return verdictOf(findings);
}

function judgeCaller({ seen, byId, charged, kills, findings }) {
  if (seen.outcome === "unreachable") return findings.lost.push(`request ${seen.index} never reached a gateway`);
  if (!seen.requestId) return seen.outcome === "complete" ? findings.lost.push(`request ${seen.index} has no request id`) : undefined;
  const row = byId.get(seen.requestId);
  const mustBeThere = seen.outcome === "complete" || (seen.contentSeen && undisturbed(seen, kills));
  if (!row) return mustBeThere ? findings.lost.push(`${seen.requestId} (${seen.outcome}) is not in the database`) : undefined;
  const amount = BigInt(charged.get(seen.requestId)?.charged ?? 0);
  if (amount !== BigInt(row.chargeNanoUsd)) findings.wrong.push(`${seen.requestId} is charged ${row.chargeNanoUsd} but the ledger holds ${amount}`);
  if (seen.outcome === "complete" && seen.costUsd === null) findings.wrong.push(`${seen.requestId} told its caller no cost`);
  if (seen.outcome === "complete" && seen.costUsd !== null && BigInt(Math.round(seen.costUsd * NANO)) !== amount) findings.wrong.push(`${seen.requestId} told its caller ${seen.costUsd} but charged ${amount} nano-USD`);
  if (seen.outcome === "error" && amount !== 0n) findings.wrong.push(`${seen.requestId} failed and charged ${amount}`);
  if (seen.outcome === "aborted" && seen.contentSeen && undisturbed(seen, kills) && amount === 0n) findings.lost.push(`${seen.requestId} delivered content to a caller who left, and charged nothing`);
  return undefined;
}

function judgeRow({ row, posting, attempts, prices, findings }) {
  const charge = BigInt(row.chargeNanoUsd);
  if (!posting && charge > 0n) return findings.lost.push(`${row.id} is charged ${charge} without a ledger transaction`);
  if (charge === 0n) return undefined;
  if (attempts.length === 0) return findings.wrong.push(`${row.id} charges for a call that the simulator never served`);
  if (charge > worthAtMost(attempts, prices)) findings.wrong.push(`${row.id} charges ${charge}, more than all that was generated for it`);
  const winner = attempts.find((attempt) => attempt.completed && attempt.status === 200);
  const exact = winner && row.usageBasis === "reported" && (row.status === "ok" || row.status === "rescued");
  if (!exact) return undefined;
  const tokens = Number(row.outputTokens) + Number(row.reasoningTokens);
  const input = Number(row.inputTokens) + Number(row.cacheReadTokens) + Number(row.cacheWriteTokens);
  if (tokens !== winner.outputTokensGenerated || input !== winner.promptTokens) findings.wrong.push(`${row.id} counts ${input}+${tokens} tokens, the provider ${winner.promptTokens}+${winner.outputTokensGenerated}`);
  return undefined;
}

function judgeSums({ generations, rollup }, findings) {
  const charged = generations.reduce((sum, row) => sum + BigInt(row.chargeNanoUsd), 0n);
  const tokens = generations.reduce((sum, row) => sum + BigInt(row.inputTokens) + BigInt(row.cacheReadTokens) + BigInt(row.cacheWriteTokens) + BigInt(row.outputTokens) + BigInt(row.reasoningTokens), 0n);
  if (BigInt(rollup.charged) !== charged || BigInt(rollup.tokens) !== tokens || Number(rollup.requests) !== generations.length) {
    findings[BigInt(rollup.charged) > charged || Number(rollup.requests) > generations.length ? "doubled" : "wrong"].push(`rollups say ${rollup.requests} requests, ${rollup.tokens} tokens, ${rollup.charged}; the rows say ${generations.length}, ${tokens}, ${charged}`);
  }
}

function groupBy(rows, keyOf) {
  const groups = new Map();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
