import type { UsageEvent } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";
import { expectOutcome } from "./fault-outcome.ts";
import { FAULT_TABLE, type FaultRow } from "./fault-table.ts";

/** As in the matrix of the ways in. */
const PATIENCE = { GATEWAY_FIRST_TOKEN_TIMEOUT_MS: "700", GATEWAY_PLAIN_TIMEOUT_MS: "700", GATEWAY_IDLE_TIMEOUT_MS: "700" };
const ROUNDS = 5;
const TRIED = 2;
const DEMAND = { response_format: { type: "json_schema", json_schema: { name: "said", strict: true, schema: { type: "object", properties: { answer: { type: "string" } }, required: ["answer"], additionalProperties: false } } } };
/** The provider that fails is the tried version's first and no other's. */
const PUBLISHED_MODEL = "google/gemini-2.5-flash";
const documentFor = (model: string, fallbacks: readonly string[]) => ({ limits: {}, rules: [{ name: "r", when: {}, strategy: "ordered", targets: [{ model, weight: 1 }], fallbacks: fallbacks.map((one) => ({ model: one, weight: 1 })) }] });
const VERSIONS = [[1, documentFor(PUBLISHED_MODEL, [])], [TRIED, documentFor("openai/gpt-5-mini", ["anthropic/claude-haiku-4.5"])]] as const;

type Trial = "canary" | "shadow";
interface Cell { readonly trial: Trial; readonly stream: boolean }
/** Which version serves is decided before the wire is: each way in has its cells in the other matrix. */
const CELLS: readonly Cell[] = (["canary", "shadow"] as const).flatMap((trial) => [{ trial, stream: false }, { trial, stream: true }]);

/** A preset `mine` whose second version every request goes, or is copied, to. */
async function keyFor(stack: Stack, trial: Trial): Promise<IssuedKey> {
  const key = await stack.issueKey();
  const { organizationId } = key;
  const id = `pre_${organizationId}`;
  await stack.pool.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [id, organizationId]);
  for (const [version, document] of VERSIONS) await stack.pool.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, $3, $4, '')`, [organizationId, id, version, JSON.stringify(document)]);
  if (trial === "canary") await stack.pool.query(`INSERT INTO preset_canary (id, "organizationId", "presetId", version, "baseVersion", percent, "drawnBy", "startedAt") VALUES ($1, $2, $3, $4, 1, 100, 'session', now())`, [`can_${organizationId}`, organizationId, id, TRIED]);
  else await stack.pool.query(`INSERT INTO preset_shadow (id, "organizationId", "presetId", version, "baseVersion", percent) VALUES ($1, $2, $3, $4, 1, 100)`, [`shd_${organizationId}`, organizationId, id, TRIED]);
  return key;
}

interface Seen { readonly status: number; readonly text: string; readonly tried: UsageEvent | undefined; readonly served: UsageEvent | undefined }

async function seen(stack: Stack, key: IssuedKey, { row, cell, order = row.order, count }: { readonly row: FaultRow; readonly cell: Cell; readonly order?: string; readonly count: number }): Promise<Seen> {
  const response = await stack.post("/chat/completions", chat({ model: "@preset/mine", ...(cell.stream ? { stream: true } : {}), ...(row.demandsForm ? DEMAND : {}) }), { key, headers: { "x-simulate": `openai:${order}` } });
  const text = await response.text();
  const events = await stack.eventsSoon(key, cell.trial === "shadow" ? 2 * count : count);
  return { status: response.status, text, tried: events.filter(({ presetVersion }) => presetVersion === TRIED).at(-1), served: events.filter(({ presetVersion }) => presetVersion === 1).at(-1) };
}

/** A canary's caller meets what the table says; a shadow's never hears of it and pays the copy beside the answer. */
function expectSeen(row: FaultRow, { trial, stream }: Cell, { status, text, tried, served }: Seen): void {
  expectOutcome(row, { api: "chat/completions", stream }, tried);
  const ending = trial === "shadow" ? "first" : row.ends[stream ? 1 : 0];
  expect(status).toBe(ending === "refused" ? 400 : 200);
  if (stream && ending !== "refused") expect([text.includes("data: [DONE]"), text.includes('data: {"error"')]).toEqual(ending === "broken" ? [false, true] : [true, false]);
  if (trial === "canary") { expect([tried?.presetSlug, served]).toEqual(["mine", undefined]); return; }
  expect([tried?.presetSlug, tried?.metadata, served?.status, served?.provider, BigInt(served?.chargeNanoUsd ?? "0") > 0n]).toEqual(["mine/shadow", { shadow_of: served?.id }, "ok", "gemini", true]);
}

/** As at the ways in: the first request closely, then as many as open a circuit, then one that behaves. */
async function walk(stack: Stack, row: FaultRow, cell: Cell): Promise<void> {
  const key = await keyFor(stack, cell.trial);
  expectSeen(row, cell, await seen(stack, key, { row, cell, count: 1 }));
  for (let count = 2; count <= ROUNDS; count++) await seen(stack, key, { row, cell, count });
  const { tried } = await seen(stack, key, { row, cell, order: "seed=1", count: ROUNDS + 1 });
  expect([tried?.status, tried?.provider === "openai"]).toEqual(["ok", !row.opens]);
}

describe.each(FAULT_TABLE)("$at, x-simulate $order", (row) => {
  it.concurrent.each(CELLS)("the tried version's provider fails, and whoever serves, what the caller sees, the bill and the circuit are as the table says: $trial, stream $stream", async (cell) => {
    const stack = await Stack.start(PATIENCE);
    try { await walk(stack, row, cell); } finally { await stack.stop(); }
  });
});
