// The judge, judged: a clean run is acquitted, and each kind of fault, planted by hand into a real ledger or a journal, is found and
// counted where it belongs. Every case runs in a transaction that is rolled back; DATABASE_URL names a migrated database.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { judge, judgeMeters } from "./oracle.mjs";

const ORGANIZATION = "org_oracle";
const CUSTOMER = "cus_oracle";
const AT = new Date(Date.UTC(2026, 10, 1, 12, 0, 30));
/** nano-USD per million tokens: 1 nano-USD an input token, 10 an output token. */
const PRICE = { input: 1_000_000, cacheRead: 100_000, cacheWrite: 2_000_000, output: 10_000_000 };

/** A request as all three witnesses saw it: 100 input and `output` output tokens, charged 100 + 10 × output nano-USD. */
const served = (id, output, more = {}) => ({ id, index: Number(id.slice(-1)), output, charge: 100 + 10 * output, outcome: "complete", status: "ok", ...more });
const REQUESTS = [served("req_1", 40), served("req_2", 50), served("req_3", 60, { outcome: "aborted", status: "cancelled", basis: "estimated" }), served("req_4", 0, { outcome: "error", status: "failed", charge: 0 })];

let client;

before(async () => {
  if (!process.env.DATABASE_URL) throw new Error("DATABASE_URL is not set: the judge reads a real ledger");
  client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
});
after(() => client?.end());

async function book({ id, output, charge, status, basis = "reported" }) {
  await client.query(
    `INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus", provider, model, "durationMs", "inputTokens", "cacheReadTokens",
     "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "priceVersionId", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata)
     VALUES ($1, 'live', $2, 'prj', 'key', $3, 'chat_completions', false, 'm', $4, 200, 'openai', 'm', 5, $5, 0, 0, $6, 0, $7, 'prc', $8, 0, '[]', '[]', '{}')`,
    [id, ORGANIZATION, AT, status, charge === 0 ? 0 : 100, output, basis, charge]);
  if (charge !== 0) await post(id, charge);
}

async function post(sourceId, charge, { id = `txn_${sourceId}`, revenue = -charge } = {}) {
  await client.query(`INSERT INTO ledger_transaction (id, kind, "sourceId", "organizationId", "createdAt", "customerReceivableNanoUsd", "revenueNanoUsd") VALUES ($1, 'usage', $2, $3, $4, $5, $6)`, [id, sourceId, ORGANIZATION, AT, charge, revenue]);
}

const total = (rows, field) => rows.reduce((sum, row) => sum + row[field], 0);

async function bookRun() {
  await client.query(`INSERT INTO model (id, document) VALUES ('m', '{}')`);
  await client.query(`INSERT INTO model_endpoint (provider, "modelId", "upstreamModel") VALUES ('openai', 'm', 'm-upstream')`);
  await client.query(
    `INSERT INTO price_version (id, provider, "modelId", "effectiveFrom", "inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion", source)
     VALUES ('prc', 'openai', 'm', $1, $2, $3, $4, $5, 'test')`, [AT, PRICE.input, PRICE.cacheRead, PRICE.cacheWrite, PRICE.output]);
  for (const request of REQUESTS) await book(request);
  await client.query(
    `INSERT INTO usage_rollup (bucket, "organizationId", "projectId", "apiKeyId", mode, provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens",
     "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount") VALUES ($1, $2, 'prj', 'key', 'live', 'openai', 'm', '', 'ok', $3, $3, $4, 0, 0, $5, 0, $6, 0, 0, 0, 0)`,
    [new Date(Math.floor(AT.getTime() / 60_000) * 60_000), ORGANIZATION, REQUESTS.length, 300, total(REQUESTS, "output"), total(REQUESTS, "charge")]);
}

/** What callers and simulator wrote down of the same run. */
const journals = () => ({
  kills: [],
  callers: REQUESTS.map(({ id, index, outcome, charge }) => ({ index, requestId: id, stream: outcome === "aborted", startedAtMs: 0, endedAtMs: 10, status: outcome === "error" ? 502 : 200, outcome, costUsd: outcome === "complete" ? charge / 1e9 : null, bytes: 900, contentSeen: outcome !== "error" })),
  simulator: REQUESTS.filter(({ outcome }) => outcome !== "error").map(({ id, output, outcome }) => ({ requestId: id, attempt: 1, provider: "openai", model: "m-upstream", status: 200, promptTokens: 100, outputTokensGenerated: output, completed: outcome === "complete" })),
});

/** Runs `work` on the booked run and forgets it. Triggers are off, so that what the database itself would refuse can be planted. */
async function withRun(work) {
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL session_replication_role = replica");
    await bookRun();
    await work();
  } finally {
    await client.query("ROLLBACK");
  }
}

const counts = ({ lost, doubled, wrong }) => ({ lost, doubled, wrong });
const verdictOf = async (seen) => judge({ client, organizationId: ORGANIZATION, ...seen });
const ask = (text, values) => client.query(text, values);
const callerOf = (seen, id) => seen.callers.find((caller) => caller.requestId === id);

/** [what is wrong, how it is planted, the only counts that may follow, words the note must carry] */
const FAULTS = [
  ["a finished request without a row is lost", async () => {
    await ask("DELETE FROM ledger_transaction WHERE id = 'txn_req_1'");
    await ask("DELETE FROM generation WHERE id = 'req_1'");
    await ask("UPDATE usage_rollup SET requests = requests - 1, \"inputTokens\" = \"inputTokens\" - 100, \"outputTokens\" = \"outputTokens\" - 40, \"chargeNanoUsd\" = \"chargeNanoUsd\" - 500");
  }, { lost: 1, doubled: 0, wrong: 0 }, /req_1 \(complete\) is not in the database/],
  ["a request that never reached a gateway is lost", (seen) => { seen.callers.push({ index: 9, requestId: null, outcome: "unreachable" }); }, { lost: 1, doubled: 0, wrong: 0 }, /request 9 never reached/],
  ["content delivered to a caller who left, charged nothing, is lost", async () => {
    await ask("UPDATE generation SET \"chargeNanoUsd\" = 0, \"inputTokens\" = 0, \"outputTokens\" = 0 WHERE id = 'req_3'");
    await ask("UPDATE ledger_transaction SET \"customerReceivableNanoUsd\" = NULL, \"revenueNanoUsd\" = NULL WHERE id = 'txn_req_3'");
    await ask("UPDATE usage_rollup SET \"inputTokens\" = \"inputTokens\" - 100, \"outputTokens\" = \"outputTokens\" - 60, \"chargeNanoUsd\" = \"chargeNanoUsd\" - 700");
  }, { lost: 1, doubled: 0, wrong: 0 }, /req_3 delivered content to a caller who left/],
  ["a charge without a ledger transaction is lost, and its amount wrong", async () => {
    await ask("DELETE FROM ledger_transaction WHERE id = 'txn_req_3'");
  }, { lost: 2, doubled: 0, wrong: 1 }, /req_3 is charged 700 without a ledger transaction/],
  ["a request posted twice is doubled", async () => {
    await ask("ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_usage_id");
    await post("req_3", 0, { id: "txn_again" });
  }, { lost: 0, doubled: 1, wrong: 0 }, /req_3 has 2 ledger transactions/],
  ["rollups that hold more than the rows are doubled", () => ask("UPDATE usage_rollup SET requests = requests + 1"), { lost: 0, doubled: 1, wrong: 0 }, /rollups say 5 requests/],
  ["rollups that hold fewer tokens than the rows are wrong", () => ask("UPDATE usage_rollup SET \"outputTokens\" = \"outputTokens\" - 1"), { lost: 0, doubled: 0, wrong: 1 }, /the rows say 4, 450/],
  ["a ledger amount that differs from the row is wrong", () => ask("UPDATE ledger_transaction SET \"customerReceivableNanoUsd\" = 701, \"revenueNanoUsd\" = -701 WHERE id = 'txn_req_3'"), { lost: 0, doubled: 0, wrong: 1 }, /req_3 is charged 700 but the ledger holds 701/],
  ["a transaction that does not balance is wrong", async () => {
    await ask("ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_balances");
    await ask("UPDATE ledger_transaction SET \"revenueNanoUsd\" = -699 WHERE id = 'txn_req_3'");
  }, { lost: 0, doubled: 0, wrong: 1 }, /txn_req_3 does not balance/],
  ["a posting for a request that no row knows is wrong", () => post("req_ghost", 5), { lost: 0, doubled: 0, wrong: 1 }, /req_ghost is posted without a row/],
  ["a cost told to the caller that differs from the charge is wrong", (seen) => { callerOf(seen, "req_1").costUsd = 501e-9; }, { lost: 0, doubled: 0, wrong: 1 }, /req_1 told its caller/],
  ["a finished answer that told no cost is wrong", (seen) => { callerOf(seen, "req_1").costUsd = null; }, { lost: 0, doubled: 0, wrong: 1 }, /req_1 told its caller no cost/],
  ["a failed request that charges is wrong", (seen) => { callerOf(seen, "req_3").outcome = "error"; }, { lost: 0, doubled: 0, wrong: 1 }, /req_3 failed and charged 700/],
  ["a charge for a call that nobody served is wrong", (seen) => { seen.simulator = seen.simulator.filter((row) => row.requestId !== "req_3"); }, { lost: 0, doubled: 0, wrong: 1 }, /req_3 charges for a call that the simulator never served/],
  ["a charge above all that was generated is wrong", (seen) => { seen.simulator.find((row) => row.requestId === "req_3").outputTokensGenerated = 30; }, { lost: 0, doubled: 0, wrong: 1 }, /req_3 charges 700, more than all that was generated/],
  ["tokens that differ from what the provider counted are wrong", (seen) => { seen.simulator.find((row) => row.requestId === "req_2").outputTokensGenerated = 51; }, { lost: 0, doubled: 0, wrong: 1 }, /req_2 counts 100\+50 tokens, the provider 100\+51/],
];

describe("the judge of a crash run", () => {
  it("finds nothing in a run whose witnesses agree", () => withRun(async () => {
    assert.deepEqual(await verdictOf(journals()), { lost: 0, doubled: 0, wrong: 0, notes: [] });
  }));

  it("forgives what a kill cut short, and nothing that it did not touch", () => withRun(async () => {
    const seen = journals();
    seen.callers.push({ index: 8, requestId: "req_8", outcome: "broken", contentSeen: true, startedAtMs: 0, endedAtMs: 10, costUsd: null });
    assert.deepEqual(counts(await verdictOf({ ...seen, kills: [{ service: "gateway", atMs: 5 }] })), { lost: 0, doubled: 0, wrong: 0 });
    assert.deepEqual(counts(await verdictOf({ ...seen, kills: [{ service: "worker", atMs: 5 }, { service: "gateway", atMs: 5_000 }] })), { lost: 1, doubled: 0, wrong: 0 });
  }));

  for (const [title, plant, expected, words] of FAULTS) {
    it(title, () => withRun(async () => {
      const seen = journals();
      await plant(seen);
      const verdict = await verdictOf(seen);
      assert.deepEqual(counts(verdict), expected, verdict.notes.join("\n"));
      assert.match(verdict.notes.join("\n"), words);
    }));
  }
});

const SPEND = "trunkline_spend_micro_usd";
const REQUEST_COUNT = "trunkline_requests";
/** 1,800 nano-USD were charged over three requests: 1 micro-USD goes out, 800 nano-USD are carried. */
const meters = (spend = [1], requests = [2, 1], customers = [CUSTOMER]) => ({
  objects: customers.map((id) => ({ id, object: "customer", metadata: { organizationId: ORGANIZATION } })),
  meterEvents: [...spend.map((value) => ({ eventName: SPEND, value, customerId: CUSTOMER })), ...requests.map((value) => ({ eventName: REQUEST_COUNT, value, customerId: CUSTOMER }))].map((event, at) => ({ ...event, identifier: `id_${at}` })),
});

describe("the judge of the meters", () => {
  const cases = [
    ["agrees where the meters hold the ledger's whole micro-USD", meters(), { lost: 0, doubled: 0, wrong: 0 }],
    ["misses spend that never arrived", meters([]), { lost: 1, doubled: 0, wrong: 0 }],
    ["sees spend that arrived twice", meters([1, 1]), { lost: 0, doubled: 1, wrong: 0 }],
    ["misses requests that never arrived", meters([1], [2]), { lost: 1, doubled: 0, wrong: 0 }],
    ["sees requests that arrived twice", meters([1], [2, 1, 1]), { lost: 0, doubled: 1, wrong: 0 }],
    ["sees one identifier counted twice, though the sum is right", { ...meters(), meterEvents: [...meters().meterEvents, { eventName: REQUEST_COUNT, value: 0, customerId: CUSTOMER, identifier: "id_0" }] }, { lost: 0, doubled: 1, wrong: 0 }],
    ["sees a second customer for one organization", meters([1], [2, 1], [CUSTOMER, "cus_other"]), { lost: 0, doubled: 1, wrong: 0 }],
    ["sees a meter event of a customer that is nobody's", { ...meters(), meterEvents: [...meters().meterEvents, { eventName: SPEND, value: 1, customerId: "cus_stray", identifier: "id_stray" }] }, { lost: 0, doubled: 0, wrong: 1 }],
  ];
  for (const [title, standIn, expected] of cases) {
    it(title, () => withRun(async () => assert.deepEqual(counts(await judgeMeters({ client, organizationId: ORGANIZATION, standIn })), expected)));
  }
});
