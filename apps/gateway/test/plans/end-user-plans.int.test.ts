import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const rule = (name: string, model: string, when = {}) => ({ name, when, strategy: "ordered", targets: [{ model, weight: 1 }], fallbacks: [] });
const DOCUMENT = { limits: {}, rules: [rule("paid", "openai/gpt-5-mini", { userPlan: ["gold", "team"] }), rule("rest", "anthropic/claude-haiku-4.5")] };

async function keyWithPreset(): Promise<IssuedKey> {
  const key = await stack.issueKey();
  const id = `pre_${key.organizationId}`;
  await stack.pool.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [id, key.organizationId]);
  await stack.pool.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, 1, $3, '')`, [key.organizationId, id, JSON.stringify(DOCUMENT)]);
  return key;
}
const keep = (key: IssuedKey, endUser: string, plan: string) => stack.pool.query(`INSERT INTO end_user_plan ("organizationId", "endUser", plan, "updatedAt") VALUES ($1, $2, $3, now()) ON CONFLICT ("organizationId", "endUser") DO UPDATE SET plan = excluded.plan`, [key.organizationId, endUser, plan]);
async function planned(key: IssuedKey, fields: Readonly<Record<string, unknown>> = {}): Promise<{ rule: string; user_plan: unknown }> {
  const { rule: name, user_plan } = await (await stack.post("/route/explain", chat({ model: "@preset/mine", ...fields }), { key })).json() as { rule: string; user_plan: unknown };
  return { rule: name, user_plan };
}

it("a rule asks for the plan that this organization keeps for the request's end user, and hears of a change within its second", async () => {
  const [key, other] = [await keyWithPreset(), await keyWithPreset()];
  await keep(key, "ann", "gold");
  await keep(other, "ann", "free");
  // The first read opens a connection, which may take longer than a request waits.
  await vi.waitFor(async () => { expect(await planned(key, { user: "ann" })).toEqual({ rule: "paid", user_plan: { label: "gold", source: "stored" } }); });
  await vi.waitFor(async () => { expect(await planned(other, { user: "ann" })).toEqual({ rule: "rest", user_plan: { label: "free", source: "stored" } }); });
  await vi.waitFor(async () => { expect(await planned(key, { user: "bob" })).toEqual({ rule: "rest", user_plan: { label: null, source: "unlisted" } }); });
  expect(await planned(key)).toEqual({ rule: "rest", user_plan: { label: null, source: "no_end_user" } });

  await keep(key, "bob", "team");
  await stack.announce("end-user", key.organizationId);
  await vi.waitFor(async () => { expect(await planned(key, { user: "bob" })).toEqual({ rule: "paid", user_plan: { label: "team", source: "stored" } }); });
  const answer = await stack.post("/chat/completions", chat({ model: "@preset/mine", user: "bob" }), { key });
  expect([answer.status, answer.headers.get("x-trunkline-provider")]).toEqual([200, "openai"]);
});
