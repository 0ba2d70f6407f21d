import { randomBytes } from "node:crypto";
import { createId } from "@trunkline/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

interface Wish { readonly scope: string; readonly scopeId: string; readonly limitNanoUsd?: bigint; readonly action?: string; readonly enforced?: boolean; readonly period?: string }
async function budget(key: IssuedKey, { scope, scopeId, limitNanoUsd = 1n, action = "block", enforced = true, period = "daily" }: Wish): Promise<string> {
  const id = createId("bud", Date.now(), randomBytes(16));
  await stack.pool.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd", action, enforced) VALUES ($1, $2, $3, $4, 'cap', $5, $6, $7, $8)`, [id, key.organizationId, scope, scopeId, period, limitNanoUsd, action, enforced]);
  return id;
}
const MODEL = "openai/gpt-5-mini";
const OTHER = "openai/gpt-5-nano";
const ask = (key: IssuedKey, fields: Readonly<Record<string, unknown>> = {}): Promise<Response> => stack.post("/chat/completions", chat({ max_tokens: 50, ...fields }), { key });
const refusal = async (answer: Response) => ({ status: answer.status, ...((await answer.json()) as { error?: { code: string; metadata?: { budget?: Record<string, unknown> } } }).error });

describe("a budget", () => {
  it.each([["model", MODEL, { model: OTHER }], ["preset", "cost", {}], ["user", "ada", { user: "grace" }]] as const)("of a %s refuses what it is for, and lets all else pass", async (scope, scopeId, elsewhere) => {
    const key = await stack.issueKey({ kind: "live" });
    const id = await budget(key, { scope, scopeId });
    const inside = scope === "preset" ? { model: "@preset/cost" } : scope === "user" ? { user: "ada" } : {};
    const refused = await refusal(await ask(key, inside));
    expect(refused).toMatchObject({ status: 402, code: "tenant.budget_exceeded", metadata: { budget: { id, scope, owner: scopeId } } });
    expect((await ask(key, elsewhere)).status).toBe(200);
    // Who names no end user, no such preset and another model is bound by none of them.
    if (scope === "user") expect((await ask(key)).status).toBe(200);
  });

  it("that every end user has binds each by itself", async () => {
    const key = await stack.issueKey({ kind: "live" });
    const spent = await ask(key, { user: "ada" });
    const { usage } = await spent.json() as { usage: { cost: number } };
    // A worker would have booked it: the counter begins with what the ledger knows of this user.
    await stack.pool.query(`INSERT INTO generation (id, mode, "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", streaming, "requestedModel", status, "httpStatus", "durationMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "chargeNanoUsd", "costNanoUsd", attempts, losses, metadata, "endUser")
      VALUES ($1, 'live', $2, $3, $4, now(), 'chat_completions', false, 'm', 'ok', 200, 1, 1, 0, 0, 1, 0, 'reported', $5, 0, '[]', '[]', '{}', 'ada')`, [createId("req", Date.now(), randomBytes(16)), key.organizationId, key.projectId, key.id, Math.round(usage.cost * 1e9) + 10_000_000_000]);
    await budget(key, { scope: "user", scopeId: "*", limitNanoUsd: 1_000_000_000n });
    await stack.announce("budget", key.organizationId);
    await expect.poll(async () => (await ask(key, { user: "ada" })).status).toBe(402);
    expect((await ask(key, { user: "grace" })).status).toBe(200);
    expect((await ask(key)).status).toBe(200);
  });

  it("with the action downgrade lets the next model serve, says so, and refuses when none is left", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await budget(key, { scope: "model", scopeId: MODEL, action: "downgrade" });
    const answer = await ask(key, { models: [MODEL, OTHER] });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-trunkline-model")).toBe(OTHER);
    expect(answer.headers.get("x-trunkline-downgraded")).toBe("budget");
    expect(await refusal(await ask(key))).toMatchObject({ status: 402, code: "tenant.budget_exceeded" });
  });

  it("that is not enforced refuses nothing", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await budget(key, { scope: "organization", scopeId: key.organizationId, enforced: false });
    expect((await ask(key)).status).toBe(200);
  });
});
