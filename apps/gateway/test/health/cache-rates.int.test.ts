import { afterAll, beforeAll, expect, it } from "vitest";
import { chat, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

/** Long enough for a provider that caches by itself. */
const MANUAL = "Every machine of the workshop is cleaned before the evening shift begins, and whoever cleans it signs for it. ".repeat(80);
const ask = (question: string) => chat({ model: "openai/gpt-5-mini", messages: [{ role: "system", content: MANUAL }, { role: "user", content: question }] });

it("a session's first turn is priced by what the key's requests found in the provider's cache", async () => {
  const key = await stack.issueKey();
  const first = async () => (await (await stack.post("/route/explain", { ...ask("A new one?"), session_id: "new" }, { key })).json() as { candidates: { provider: string; estimated_cost_usd: number; cached_input?: { share: number; seen_in: string } }[] }).candidates[0];
  const before = await first();
  for (let turn = 0; turn < 8; turn++) await (await stack.post("/chat/completions", ask(`Question ${turn}?`), { key })).text();
  await stack.eventsSoon(key, 8);
  const after = await first();
  expect([before?.cached_input, after?.cached_input?.seen_in, after?.provider]).toEqual([undefined, "traffic", before?.provider]);
  expect(after?.cached_input?.share).toBeGreaterThan(0.5);
  expect(after?.estimated_cost_usd).toBeLessThan(before?.estimated_cost_usd ?? 0);
});
