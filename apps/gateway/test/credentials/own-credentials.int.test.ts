import { randomBytes } from "node:crypto";
import { createId, ownKeyFee, PLANS, type UsageEvent } from "@trunkline/contracts";
import { seal } from "@trunkline/keys";
import { createSimulator, type Simulator } from "@trunkline/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

const KEK = Buffer.alloc(32, 5);
const keks = new Map([[1, new Uint8Array(KEK)]]);
let stack: Stack;
let elsewhere: Simulator;

beforeAll(async () => {
  elsewhere = await createSimulator({ port: 0 });
  stack = await Stack.start({ ENCRYPTION_KEYS: `1:${KEK.toString("base64")}`, OUTBOUND_PRIVATE_ADDRESSES: "allow", GROQ_BASE_URL: "http://127.0.0.1:9/v1" });
});
afterAll(async () => { await stack.stop(); await elsewhere.close(); });

interface Wish { readonly secret?: string; readonly provider?: string; readonly position?: number; readonly baseUrl?: string | null; readonly platformFallback?: boolean; readonly enabled?: boolean }
async function bring(key: IssuedKey, { secret = "sk-own-good-0001", provider = "openai", position = 0, baseUrl = null, platformFallback = true, enabled = true }: Wish = {}): Promise<string> {
  const id = createId("crd", Date.now(), randomBytes(16));
  const sealed = seal(secret, { organizationId: key.organizationId, credentialId: id, provider, baseUrl, version: 1 }, keks);
  await stack.pool.query(`INSERT INTO provider_credential (id, "organizationId", provider, label, "lastFour", sealed, "baseUrl", position, "platformFallback", enabled, "updatedAt") VALUES ($1, $2, $3, 'ours', $4, $5, $6, $7, $8, $9, now())`, [id, key.organizationId, provider, secret.slice(-4), sealed, baseUrl, position, platformFallback, enabled]);
  return id;
}
const attemptsOf = (event: UsageEvent | undefined): (string | null)[][] => event?.attempts.map((attempt) => [attempt.credentialId ?? "platform", attempt.failureClass]) ?? [];

describe("an organization's own provider key", () => {
  it("serves before the platform's, is not charged, and is metered as what the provider bills the organization", async () => {
    const key = await stack.issueKey({ kind: "live", budgetNanoUsd: 1n });
    const id = await bring(key);
    const answer = await stack.post("/chat/completions", chat({ routing: { explain: true } }), { key });
    expect(answer.status).toBe(200);
    const body = await answer.json() as { usage: { cost: number }; trunkline: { candidates: { credential: unknown }[] } };
    expect(body.usage.cost).toBe(0);
    expect(body.trunkline.candidates[0]?.credential).toEqual({ owner: "organization", id, label: "ours" });
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "ok", chargeNanoUsd: "0", credentialId: id });
    expect(BigInt(event?.ownSpendNanoUsd ?? "0")).toBeGreaterThan(0n);
    expect(event?.attempts[0]).toMatchObject({ credentialId: id, costNanoUsd: "0" });
    const receipt = await (await stack.get(`/v1/generations/${event?.id ?? ""}`, key)).json() as Record<string, unknown>;
    expect(receipt).toMatchObject({ is_byok: true, total_cost: 0, credential: { owner: "organization", id } });
    expect(receipt["upstream_inference_cost"]).toBeGreaterThan(0);
  });

  it("costs the plan's fee of its list price where there is a plan, reserved before the call like any charge", async () => {
    const key = await stack.issueKey({ kind: "live" });
    const id = await bring(key);
    await stack.pool.query(`INSERT INTO billing_account ("organizationId", mode, plan, "creditNanoUsd", "updatedAt") VALUES ($1, 'prepaid', 'pro', 5000000000, now())`, [key.organizationId]);
    const answer = await stack.post("/chat/completions", chat(), { key });
    const [event] = await stack.eventsSoon(key, 1);
    const fee = ownKeyFee(BigInt(event?.ownSpendNanoUsd ?? "0"), PLANS.pro.ownKeyFeeBasisPoints);
    expect(fee).toBeGreaterThan(0n);
    expect(event).toMatchObject({ credentialId: id, chargeNanoUsd: fee.toString(), ownKeyFeeNanoUsd: fee.toString() });
    expect(event?.attempts[0]).toMatchObject({ costNanoUsd: "0" });
    expect((await answer.json() as { usage: { cost: number } }).usage.cost).toBeCloseTo(Number(fee) / 1e9, 12);
    expect(await (await stack.get(`/v1/generations/${event?.id ?? ""}`, key)).json()).toMatchObject({ cost_nano_usd: fee.toString(), own_key_fee_nano_usd: fee.toString() });
    const poor = await stack.issueKey({ kind: "live" });
    await bring(poor);
    await stack.pool.query(`INSERT INTO billing_account ("organizationId", mode, plan, "creditNanoUsd", "updatedAt") VALUES ($1, 'prepaid', 'pro', 1, now())`, [poor.organizationId]);
    expect((await stack.post("/chat/completions", chat(), { key: poor })).status).toBe(402);
    const scale = await stack.issueKey({ kind: "live" });
    await bring(scale);
    await stack.pool.query(`INSERT INTO billing_account ("organizationId", mode, plan, "creditNanoUsd", "updatedAt") VALUES ($1, 'prepaid', 'scale', 0, now())`, [scale.organizationId]);
    expect((await stack.post("/chat/completions", chat(), { key: scale })).status).toBe(200);
  });

  it("that is refused falls through to the next own one, then to the platform's, and no other organization notices", async () => {
    const key = await stack.issueKey({ kind: "live" });
    const [bad, worse, good] = [await bring(key, { secret: "sk-refused-1" }), await bring(key, { secret: "sk-refused-2", position: 1 }), await bring(key, { position: 2 })];
    expect((await stack.post("/chat/completions", chat(), { key })).status).toBe(200);
    const [first] = await stack.eventsSoon(key, 1);
    expect(attemptsOf(first)).toEqual([[bad, "credential_rejected"], [worse, "credential_rejected"], [good, null]]);
    // Their circuits are open now: nobody waits for them again.
    await stack.post("/chat/completions", chat(), { key });
    expect(attemptsOf((await stack.eventsSoon(key, 2))[1])).toEqual([[good, null]]);
    const other = await stack.issueKey({ kind: "live" });
    const otherBad = await bring(other, { secret: "sk-refused-3" });
    expect((await stack.post("/chat/completions", chat(), { key: other })).status).toBe(200);
    const [event] = await stack.eventsSoon(other, 1);
    expect(attemptsOf(event)).toEqual([[otherBad, "credential_rejected"], ["platform", null]]);
    expect(event).toMatchObject({ status: "rescued" });
    expect(event?.credentialId).toBeUndefined();
    expect(BigInt(event?.chargeNanoUsd ?? "0")).toBeGreaterThan(0n);
  });

  it("is the only one where the organization wants no fallback on the platform's", async () => {
    const key = await stack.issueKey({ kind: "live" });
    await bring(key, { secret: "sk-refused-4", platformFallback: false });
    const answer = await stack.post("/chat/completions", chat(), { key });
    expect(answer.status).toBe(502);
    const text = await answer.text();
    expect(text).not.toContain("sk-refused");
    expect(attemptsOf((await stack.eventsSoon(key, 1))[0])).toHaveLength(1);
  });

  it("makes a provider usable that the platform has no key for", async () => {
    const key = await stack.issueKey({ kind: "live" });
    const before = await stack.post("/chat/completions", chat({ model: "openai/gpt-oss-120b", provider: { only: ["groq"] } }), { key });
    const other = await stack.issueKey({ kind: "live" });
    await bring(other, { provider: "groq", baseUrl: `${elsewhere.url}/groq/v1` });
    const models = await (await stack.get("/v1/models", other)).json() as { data: { id: string }[] };
    const groqModel = (await stack.pool.query<{ modelId: string }>(`SELECT "modelId" FROM model_endpoint WHERE provider = 'groq' LIMIT 1`)).rows[0]?.modelId ?? "";
    expect(before.status).toBeGreaterThanOrEqual(400);
    expect(models.data.map((model) => model.id)).toContain(groqModel);
    const after = await stack.post("/chat/completions", chat({ model: groqModel, provider: { only: ["groq"] } }), { key: other });
    expect(after.status).toBe(200);
    expect(after.headers.get("x-trunkline-provider")).toBe("groq");
  });

  it("goes only to the address that it was sealed for", async () => {
    const key = await stack.issueKey({ kind: "live" });
    const id = await bring(key, { platformFallback: false });
    await stack.pool.query(`UPDATE provider_credential SET "baseUrl" = $2 WHERE id = $1`, [id, `${elsewhere.url}/openai/v1`]);
    expect((await stack.post("/chat/completions", chat(), { key })).status).toBe(503);
  });

  it("takes effect within a second after it was added, and ends within a second after it was switched off", async () => {
    const key = await stack.issueKey({ kind: "live" });
    const served = async (): Promise<string> => {
      const before = stack.events(key).length;
      await (await stack.post("/chat/completions", chat(), { key })).text();
      return (await stack.eventsSoon(key, before + 1)).at(-1)?.credentialId ?? "platform";
    };
    const within = async (wanted: string): Promise<number> => {
      const began = performance.now();
      while (await served() !== wanted) if (performance.now() - began > 1_000) throw new Error(`not ${wanted} within a second`);
      return performance.now() - began;
    };
    expect(await served()).toBe("platform");
    const id = await bring(key);
    await stack.announce("credential", key.organizationId);
    expect(await within(id)).toBeLessThan(1_000);
    await stack.pool.query(`UPDATE provider_credential SET enabled = false WHERE id = $1`, [id]);
    await stack.announce("credential", key.organizationId);
    expect(await within("platform")).toBeLessThan(1_000);
  });

  it("is never used for a test key", async () => {
    const key = await stack.issueKey({ kind: "test" });
    await bring(key, { secret: "sk-refused-5" });
    expect((await stack.post("/chat/completions", chat(), { key })).status).toBe(200);
    expect((await stack.eventsSoon(key, 1))[0]?.attempts[0]?.credentialId).toBeUndefined();
  });
});
