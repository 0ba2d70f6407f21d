import { randomBytes } from "node:crypto";
import { createId, type UsageEvent } from "@trunkline/contracts";
import { seal } from "@trunkline/keys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

const KEK = Buffer.alloc(32, 5);
const keks = new Map([[1, new Uint8Array(KEK)]]);
let stack: Stack;
beforeAll(async () => { stack = await Stack.start({ ENCRYPTION_KEYS: `1:${KEK.toString("base64")}`, OUTBOUND_PRIVATE_ADDRESSES: "allow" }); });
afterAll(() => stack.stop());

const OWN_MODEL = "openai/gpt-5-mini";
const OTHER_MODEL = "anthropic/claude-haiku-4.5";
const MAX_TOKENS = 50;

async function bring(key: IssuedKey, secret = "sk-own-good-0001"): Promise<void> {
  const id = createId("crd", Date.now(), randomBytes(16));
  const sealed = seal(secret, { organizationId: key.organizationId, credentialId: id, provider: "openai", baseUrl: null, version: 1 }, keks);
  await stack.pool.query(`INSERT INTO provider_credential (id, "organizationId", provider, label, "lastFour", sealed, position, "platformFallback", enabled, "updatedAt") VALUES ($1, $2, 'openai', 'ours', '0001', $3, 0, true, true, now())`, [id, key.organizationId, sealed]);
}
async function budget(key: IssuedKey, limitNanoUsd: bigint, countsOwnKeys: boolean): Promise<string> {
  const id = createId("bud", Date.now(), randomBytes(16));
  await stack.pool.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd", "countsOwnKeys") VALUES ($1, $2, 'organization', $2, 'cap', 'daily', $3, $4)`, [id, key.organizationId, limitNanoUsd, countsOwnKeys]);
  return id;
}
const ask = (key: IssuedKey, model = OWN_MODEL): Promise<Response> => stack.post("/chat/completions", chat({ model, max_tokens: MAX_TOKENS }), { key });
const spentOf = (events: readonly UsageEvent[]): bigint => events.reduce((sum, { chargeNanoUsd, ownSpendNanoUsd }) => sum + BigInt(chargeNanoUsd) + BigInt(ownSpendNanoUsd ?? 0), 0n);
const ENOUGH = 1_000_000_000_000n;

describe("a budget and calls on the organization's own provider keys", () => {
  it("counts them where it says so, and otherwise lets them pass however used up it is", async () => {
    const counted = await stack.issueKey({ kind: "live" });
    await bring(counted);
    const id = await budget(counted, 1n, true);
    await budget(counted, ENOUGH, false);
    const refused = await ask(counted);
    expect(refused.status).toBe(402);
    expect(await refused.json()).toMatchObject({ error: { code: "tenant.budget_exceeded", metadata: { budget: { id } } } });
    const free = await stack.issueKey({ kind: "live" });
    await bring(free);
    await budget(free, 1n, false);
    await budget(free, ENOUGH, true);
    expect((await ask(free)).status).toBe(200);
    expect((await ask(free, OTHER_MODEL)).status).toBe(402);
  });

  it("is not over-admitted by own and platform calls at once, and lets money that was held and not spent be used", async () => {
    const trial = await stack.issueKey({ kind: "live" });
    await bring(trial);
    await ask(trial);
    await ask(trial, OTHER_MODEL);
    const trialEvents = await stack.eventsSoon(trial, 2);
    expect(trialEvents.map(({ ownSpendNanoUsd }) => ownSpendNanoUsd !== undefined)).toEqual([true, false]);
    const limit = spentOf(trialEvents) * 4n;

    const key = await stack.issueKey({ kind: "live" });
    await bring(key);
    await budget(key, limit, true);
    await budget(key, ENOUGH, false);
    const rush = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(key, index % 2 ? OWN_MODEL : OTHER_MODEL)));
    const served = rush.filter(({ status }) => status === 200).length;
    expect(new Set(rush.map(({ status }) => status))).toEqual(new Set([200, 402]));
    expect(spentOf(await stack.eventsSoon(key, served))).toBeLessThanOrEqual(limit);
    let later = 0;
    while (later < 40 && (await ask(key, later % 2 ? OWN_MODEL : OTHER_MODEL)).status === 200) later++;
    const spent = spentOf(await stack.eventsSoon(key, served + later));
    expect(spent).toBeLessThanOrEqual(limit);
    expect(spent).toBeGreaterThan(limit / 4n);
  });

  it("begins with what the ledger knows of both books", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await bring(key);
    await stack.pool.query(`INSERT INTO usage_rollup ("organizationId", mode, bucket, "projectId", "apiKeyId", provider, model, "presetSlug", status, requests, attempts, "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "chargeNanoUsd", "costNanoUsd", "durationMsSum", "ttftMsSum", "ttftCount", "ownSpendNanoUsd")
      VALUES ($1, 'live', date_trunc('minute', now()), $2, $3, 'openai', $4, '', 'ok', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $5)`, [key.organizationId, key.projectId, key.id, OWN_MODEL, 2_000_000_000]);
    const id = await budget(key, 1_000_000_000n, true);
    await budget(key, 1_000_000_000n, false);
    const refused = await ask(key);
    expect(await refused.json()).toMatchObject({ error: { code: "tenant.budget_exceeded", metadata: { budget: { id } } } });
    const { data } = await (await stack.get("/v1/key", key)).json() as { data: { budgets: { id: string; spent: number; remaining: number }[] } };
    expect(data.budgets.map((one) => [one.id === id, one.spent, one.remaining]).sort()).toEqual([[false, 0, 1], [true, 2, 0]]);
  });

  it("counts the charge alone when the platform's key served after the own one had been refused", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await bring(key, "sk-refused-1");
    await budget(key, ENOUGH, true);
    expect((await ask(key)).status).toBe(200);
    const [event] = await stack.eventsSoon(key, 1);
    expect(event?.ownSpendNanoUsd).toBeUndefined();
    expect(BigInt(event?.chargeNanoUsd ?? 0)).toBeGreaterThan(0n);
  });
});
