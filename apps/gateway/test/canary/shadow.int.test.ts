import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey, type KeyWish } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const SHADOW = 2;
const documentFor = (model: string) => ({ limits: {}, rules: [{ name: "r", when: {}, strategy: "ordered", targets: [{ model, weight: 1 }], fallbacks: [] }] });

/** A preset `mine` with v1 published and every request copied to v2, or to a model. */
async function keyWith(wish: KeyWish & { readonly percent?: number; readonly model?: string } = {}): Promise<IssuedKey> {
  const key = await stack.issueKey(wish);
  const { organizationId } = key;
  const id = `pre_${organizationId}`;
  await stack.pool.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [id, organizationId]);
  for (const [version, model] of [[1, "openai/gpt-5-mini"], [SHADOW, "anthropic/claude-haiku-4.5"]] as const) await stack.pool.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, $3, $4, '')`, [organizationId, id, version, JSON.stringify(documentFor(model))]);
  await stack.pool.query(`INSERT INTO preset_shadow (id, "organizationId", "presetId", version, model, "baseVersion", percent) VALUES ($1, $2, $3, $4, $5, 1, $6)`, [`shd_${organizationId}`, organizationId, id, wish.model === undefined ? SHADOW : null, wish.model ?? null, wish.percent ?? 100]);
  return key;
}
const ask = (key: IssuedKey, fields: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> => stack.post("/chat/completions", chat({ model: "@preset/mine", ...fields }), { key, headers });

describe("a shadow of a preset", () => {
  it.each([["plain", false], ["streamed", true]])("gets a copy of a %s request after its caller was answered, metered under its own label and bound to what it copies", async (_form, stream) => {
    const key = await keyWith();
    const answer = await ask(key, { stream });
    await answer.text();
    expect([answer.headers.get("x-trunkline-preset"), answer.headers.get("x-trunkline-provider")]).toEqual(["mine:1", "openai"]);
    const [served, copy] = await stack.eventsSoon(key, 2);
    expect([served?.presetSlug, served?.presetVersion, copy?.presetSlug, copy?.presetVersion, copy?.provider, copy?.status]).toEqual(["mine", 1, "mine/shadow", SHADOW, "anthropic", "ok"]);
    expect(copy?.metadata).toEqual({ shadow_of: served?.id });
    expect(BigInt(copy?.chargeNanoUsd ?? "0")).toBeGreaterThan(0n);
    expect(copy?.timeToFirstTokenMs === null).toBe(!stream);
  });

  it("of a model gets the copies that a version would, at that model alone and within the preset's limits", async () => {
    const key = await keyWith({ model: "anthropic/claude-haiku-4.5" });
    await (await ask(key)).text();
    const [served, copy] = await stack.eventsSoon(key, 2);
    expect([served?.presetSlug, served?.presetVersion, served?.provider]).toEqual(["mine", 1, "openai"]);
    expect([copy?.presetSlug, copy?.presetVersion, copy?.model, copy?.status, copy?.metadata]).toEqual(["mine/shadow", 0, "anthropic/claude-haiku-4.5", "ok", { shadow_of: served?.id }]);
    await (await ask(key, {}, { "x-simulate": "anthropic:status=500" })).text();
    const elsewhere = (await stack.eventsSoon(key, 4)).at(-1);
    expect([elsewhere?.presetSlug, elsewhere?.attempts.length, new Set(elsewhere?.attempts.map(({ model }) => model))]).toEqual(["mine/shadow", 2, new Set(["anthropic/claude-haiku-4.5"])]);
  });

  it("never holds its caller up, however slow it is", async () => {
    const key = await keyWith();
    const startedAtMs = Date.now();
    await (await ask(key, {}, { "x-simulate": "anthropic:delay=3000" })).text();
    expect(Date.now() - startedAtMs).toBeLessThan(2_500);
    expect(stack.events(key).map(({ presetSlug }) => presetSlug)).toEqual(["mine"]);
  });

  it("takes no part in the requests a minute of its callers", async () => {
    const key = await keyWith({ rpmLimit: 3 });
    for (let count = 0; count < 3; count++) expect((await ask(key)).status).toBe(200);
    expect((await stack.eventsSoon(key, 6)).filter(({ presetSlug }) => presetSlug === "mine/shadow").length).toBe(3);
  });

  it("counts in budgets: one that covers the request and not its copy refuses the copy alone", async () => {
    const key = await keyWith({ kind: "live", budgetNanoUsd: 250_000n });
    const answer = await ask(key, { max_tokens: 50 });
    await answer.text();
    expect(answer.status).toBe(200);
    const copy = (await stack.eventsSoon(key, 2)).find(({ presetSlug }) => presetSlug === "mine/shadow");
    expect([copy?.status, copy?.errorCode, copy?.chargeNanoUsd]).toEqual(["failed", "tenant.budget_exceeded", "0"]);
  });

  it("counts in the budget of the preset that it copies", async () => {
    const key = await keyWith({ kind: "live" });
    await stack.pool.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd") VALUES ($1, $2, 'preset', 'mine', 'Mine', 'monthly', 250000)`, [`bud_${key.organizationId}`, key.organizationId]);
    expect((await ask(key, { max_tokens: 50 })).status).toBe(200);
    const copy = (await stack.eventsSoon(key, 2)).find(({ presetSlug }) => presetSlug === "mine/shadow");
    expect([copy?.status, copy?.errorCode, copy?.chargeNanoUsd]).toEqual(["failed", "tenant.budget_exceeded", "0"]);
  });

  it("leaves alone what names a version or a model, what failed, and the copies themselves", async () => {
    const key = await keyWith();
    await (await ask(key, { model: "@preset/mine:1" })).text();
    await (await ask(key, { model: "openai/gpt-5-mini" })).text();
    await (await ask(key, {}, { "x-simulate": "openai:status=500" })).text();
    await (await ask(key)).text();
    const events = await stack.eventsSoon(key, 5);
    expect(events.map(({ presetSlug }) => presetSlug).toSorted()).toEqual([null, "mine", "mine", "mine", "mine/shadow"].toSorted());
  });
});
