import { planSync } from "@trunkline/catalog/sync";
import { changeCatalog } from "@trunkline/db/web";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chat, Stack } from "../stack.ts";

const run = `${Date.now()}${process.pid}`;
const MODEL = `acme/late-${run}`;
let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

/** A catalogue document of one model, as an operator would write it. */
const document = (outputNanoUsd: string): string => JSON.stringify({
  models: [{ id: MODEL, name: "Late", author: "acme", createdAt: 1, contextTokens: 64_000, maxOutputTokens: 1_024, inputModalities: ["text"], tools: false, jsonSchema: false, reasoning: false, tier: "fast", description: "" }],
  endpoints: [{ provider: "cohere", model: MODEL, upstreamModel: `late-${run}` }],
  prices: [{ id: `prc_${run}`, provider: "cohere", model: MODEL, effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: "1000000000", cacheReadNanoUsdPerMillion: "1000000000", cacheWriteNanoUsdPerMillion: "1000000000", outputNanoUsdPerMillion: outputNanoUsd, source: "test" }],
});
async function sync(outputNanoUsd: string): Promise<void> {
  const nowMs = Date.now();
  await changeCatalog({ databaseUrl: process.env["DATABASE_URL"] ?? "", nowMs, decide: ({ catalog, presets }) => planSync({ catalog, presets, wanted: document(outputNanoUsd), source: "test", nowMs }) });
  await stack.announce("catalog", "");
}

it("serves a model within a second after it came into the catalogue, and charges a new price within a second too", async () => {
  const key = await stack.issueKey();
  const ask = () => stack.post("/chat/completions", chat({ model: MODEL }), { key });
  expect((await ask()).status).toBe(404);
  await sync("2000000000");
  const began = performance.now();
  let answer = await ask();
  while (answer.status !== 200 && performance.now() - began < 1_000) answer = await ask();
  expect([answer.status, answer.headers.get("x-trunkline-provider")]).toEqual([200, "cohere"]);
  const [first] = await stack.eventsSoon(key, 1);
  const priceOf = (event: typeof first) => stack.pool.query<{ output: string }>(`SELECT "outputNanoUsdPerMillion"::text AS output FROM price_version WHERE id = $1`, [event?.priceVersionId]);
  expect((await priceOf(stack.events(key).at(-1))).rows).toEqual([{ output: "2000000000" }]);

  await sync("3000000000");
  const changed = performance.now();
  for (let price = "2000000000", count = stack.events(key).length; price !== "3000000000"; count++) {
    if (performance.now() - changed > 1_000) throw new Error("the old price still counts a second after it was closed");
    await (await ask()).text();
    price = (await priceOf((await stack.eventsSoon(key, count + 1)).at(-1))).rows[0]?.output ?? "";
  }
});
