import type { UsageEvent } from "@trunkline/contracts";
import { FAULT_TERMS } from "@trunkline/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Stack, type IssuedKey } from "../stack.ts";
import { expectOutcome } from "./fault-outcome.ts";
import { FAULT_TABLE, POSITIONS, type FaultRow } from "./fault-table.ts";

interface Inbound { readonly path: string; readonly demands?: Readonly<Record<string, unknown>>; readonly streams: boolean; readonly body: Readonly<Record<string, unknown>>; readonly whole: string; readonly broken: string }
const say = [{ role: "user", content: "Say something short." }];
const schema = { type: "object", properties: { answer: { type: "string" } }, required: ["answer"], additionalProperties: false };
const INBOUND: Readonly<Record<string, Inbound>> = {
  "chat/completions": { path: "/chat/completions", streams: true, body: { messages: say }, demands: { response_format: { type: "json_schema", json_schema: { name: "said", strict: true, schema } } }, whole: "data: [DONE]", broken: 'data: {"error"' },
  responses: { path: "/responses", streams: true, body: { input: "Say something short." }, demands: { text: { format: { type: "json_schema", name: "said", strict: true, schema } } }, whole: "response.completed", broken: "event: error" },
  messages: { path: "/messages", streams: true, body: { messages: say, max_tokens: 200 }, demands: { output_config: { format: { type: "json_schema", schema } } }, whole: "message_stop", broken: "event: error" },
  completions: { path: "/completions", streams: true, body: { prompt: "Once upon", max_tokens: 200 }, whole: "data: [DONE]", broken: 'data: {"error"' },
  embeddings: { path: "/embeddings", streams: false, body: { input: "Some words." }, whole: "", broken: "" },
};
/** Circuits are kept by provider and model: each way in has models of its own, and so has a plain answer beside a stream. */
const MODELS: Readonly<Record<string, readonly [plain: string, stream: string]>> = {
  "chat/completions": ["openai/gpt-5.1", "openai/gpt-5.2"], responses: ["openai/gpt-4.1", "openai/gpt-4.1-mini"], messages: ["openai/gpt-4.1-nano", "openai/gpt-5"], completions: ["openai/gpt-5-mini", "openai/gpt-5-nano"],
  embeddings: ["openai/text-embedding-3-small", ""],
};
/** A second host of the embedding model, for these tests alone. */
const OTHER_HOST = "mistral";
/** Short, because a hanging provider is waited for in many cells; long enough for an answer on a busy machine. */
const PATIENCE = { GATEWAY_FIRST_TOKEN_TIMEOUT_MS: "700", GATEWAY_PLAIN_TIMEOUT_MS: "700", GATEWAY_IDLE_TIMEOUT_MS: "700" };
/** As many faults in a row as open a circuit. */
const ROUNDS = 5;

interface Cell { readonly api: string; readonly stream: boolean }
const CELLS: readonly Cell[] = Object.entries(INBOUND).flatMap(([api, { streams }]) => streams ? [{ api, stream: false }, { api, stream: true }] : [{ api, stream: false }]);

const modelOf = ({ api, stream }: Cell): string => MODELS[api]?.[stream ? 1 : 0] ?? "";
const bodyOf = (cell: Cell, { demandsForm }: FaultRow): Record<string, unknown> => {
  const body = { ...INBOUND[cell.api]?.body, ...(demandsForm ? INBOUND[cell.api]?.demands : {}), ...(cell.stream ? { stream: true } : {}), model: modelOf(cell) };
  // Vectors of two models cannot be compared: embeddings fall back to another provider of their model.
  if (cell.api === "embeddings") return { ...body, provider: { order: ["openai", OTHER_HOST] } };
  return { ...body, models: [modelOf(cell), "anthropic/claude-haiku-4.5"], provider: { only: ["openai", "anthropic"] } };
};

const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"] ?? "", max: 1 });
beforeAll(async () => {
  await (await Stack.start()).stop();
  const ids = [OTHER_HOST, MODELS["embeddings"]?.[0]];
  await pool.query(`INSERT INTO model_endpoint (provider, "modelId", "upstreamModel") VALUES ($1, $2, 'text-embedding-3-small') ON CONFLICT DO NOTHING`, ids);
  await pool.query(`INSERT INTO price_version (id, provider, "modelId", "effectiveFrom", "inputNanoUsdPerMillion", "cacheReadNanoUsdPerMillion", "cacheWriteNanoUsdPerMillion", "outputNanoUsdPerMillion", source) VALUES ('prc_fault_matrix', $1, $2, '2026-01-01', 30000000, 0, 0, 0, 'test') ON CONFLICT DO NOTHING`, ids);
});
afterAll(async () => {
  await pool.query(`DELETE FROM model_endpoint WHERE provider = $1 AND "modelId" = $2`, [OTHER_HOST, MODELS["embeddings"]?.[0]]);
  await pool.end();
});

/** Who served, what the caller saw, what was billed. */
async function seen(stack: Stack, key: IssuedKey, { row, cell, order = row.order, count }: { readonly row: FaultRow; readonly cell: Cell; readonly order?: string; readonly count: number }): Promise<{ readonly status: number; readonly text: string; readonly event: UsageEvent | undefined }> {
  const response = await stack.post(INBOUND[cell.api]?.path ?? "", bodyOf(cell, row), { key, headers: { "x-simulate": `openai:${order}` } });
  const text = await response.text();
  const events = await stack.eventsSoon(key, count);
  return { status: response.status, text, event: events[count - 1] };
}

function expectSeen(row: FaultRow, cell: Cell, { status, text, event }: Awaited<ReturnType<typeof seen>>): void {
  const ending = row.ends[cell.stream ? 1 : 0];
  const { whole, broken } = INBOUND[cell.api] ?? { whole: "", broken: "" };
  const refused = ending === "refused";
  expect(status).toBe(refused ? 400 : 200);
  if (cell.stream && !refused) expect([text.includes(whole), text.includes(broken)]).toEqual(ending === "broken" ? [false, true] : [true, false]);
  expectOutcome(row, cell, event);
}

/** One row at one way in: the first request is looked at closely; after as many as open a circuit a well-behaved one tells by whom it is served whether it is open. */
async function walk(stack: Stack, row: FaultRow, cell: Cell): Promise<void> {
  const key = await stack.issueKey();
  const first = await seen(stack, key, { row, cell, count: 1 });
  expectSeen(row, cell, first);
  for (let round = 2; round <= ROUNDS; round++) await seen(stack, key, { row, cell, count: round });
  const after = await seen(stack, key, { row, cell, order: "seed=1", count: ROUNDS + 1 });
  expect([after.event?.status, after.event?.provider === "openai"]).toEqual(["ok", !row.opens]);
}

/** Whom circuits, limits and the retry budget know is a process's own: each cell has a gateway to itself. */
describe.each(FAULT_TABLE)("$at, x-simulate $order", (row) => {
  it.concurrent.each(CELLS.filter(({ api }) => !row.demandsForm || INBOUND[api]?.demands))("one provider fails, and whoever serves, what the caller sees, the bill and the circuit are as the table says: $api, stream $stream", async (cell) => {
    const stack = await Stack.start(PATIENCE);
    try { await walk(stack, row, cell); } finally { await stack.stop(); }
  });
});

it("no fault of the simulator, no position and no way in is missing from the matrix", () => {
  const orders = FAULT_TABLE.map(({ order }) => order).join(",");
  expect(FAULT_TERMS.filter((term) => !new RegExp(`(?:^|,)${term}${term.endsWith("@") ? "\\d" : "(?:=|,|$)"}`).test(orders))).toEqual([]);
  for (const name of FAULT_TERMS.filter((term) => term.endsWith("@"))) expect(FAULT_TABLE.filter(({ order }) => order.includes(name)).map(({ at }) => at), name).toEqual(["before content", "mid-stream", "at the end"]);
  for (const at of POSITIONS) expect(FAULT_TABLE.some((row) => row.at === at), at).toBe(true);
  expect(CELLS.length).toBe(9);
});
