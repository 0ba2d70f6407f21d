import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const PUBLISHED = 1;
const CANARY = 2;
const documentFor = (model: string) => ({ limits: {}, rules: [{ name: "r", when: {}, strategy: "ordered", targets: [{ model, weight: 1 }], fallbacks: [] }] });

/** A preset `mine` with v1 published and v2 beside it. */
async function keyWith({ percent, by = "session", canary = documentFor("anthropic/claude-haiku-4.5") }: { readonly percent: number; readonly by?: string; readonly canary?: unknown }): Promise<IssuedKey> {
  const key = await stack.issueKey();
  const { organizationId } = key;
  const id = `pre_${organizationId}`;
  await stack.pool.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', ${PUBLISHED}, now())`, [id, organizationId]);
  for (const [version, document] of [[PUBLISHED, documentFor("openai/gpt-5-mini")], [CANARY, canary]] as const) await stack.pool.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, $3, $4, '')`, [organizationId, id, version, JSON.stringify(document)]);
  await stack.pool.query(`INSERT INTO preset_canary (id, "organizationId", "presetId", version, "baseVersion", percent, "drawnBy") VALUES ($1, $2, $3, ${CANARY}, ${PUBLISHED}, $4, $5)`, [`can_${organizationId}`, organizationId, id, percent, by]);
  return key;
}
async function servedBy(key: IssuedKey, fields: Readonly<Record<string, unknown>> = {}, model = "@preset/mine"): Promise<number> {
  const answer = await stack.post("/chat/completions", chat({ model, ...fields }), { key });
  await answer.text();
  return Number(answer.headers.get("x-trunkline-preset")?.split(":")[1]);
}
const sessions = (count: number): readonly string[] => Array.from({ length: count }, (_none, at) => `conversation-${at}`);

describe("a canary of a preset", () => {
  it("serves its share of the conversations, keeps each at its version, and says so in answer and receipt", async () => {
    const key = await keyWith({ percent: 30 });
    const first: number[] = [];
    const again: number[] = [];
    for (const session of sessions(60)) first.push(await servedBy(key, { session_id: session }));
    for (const session of sessions(60)) again.push(await servedBy(key, { session_id: session }));
    expect(again).toEqual(first);
    const tried = first.filter((version) => version === CANARY).length;
    expect(tried).toBeGreaterThan(6);
    expect(tried).toBeLessThan(34);
    const events = await stack.eventsSoon(key, 120);
    expect(new Set(events.map(({ presetVersion, provider }) => `${presetVersion} ${provider}`))).toEqual(new Set(["1 openai", "2 anthropic"]));
  });

  it("keeps whoever was drawn when its share grows", async () => {
    const key = await keyWith({ percent: 20, by: "user" });
    const drawn = async (): Promise<readonly string[]> => {
      const found: string[] = [];
      for (const user of sessions(40)) if (await servedBy(key, { user }) === CANARY) found.push(user);
      return found;
    };
    const few = await drawn();
    await stack.pool.query(`UPDATE preset_canary SET percent = 60 WHERE "organizationId" = $1`, [key.organizationId]);
    await stack.announce("preset", key.organizationId);
    let many = await drawn();
    await expect.poll(async () => { many = await drawn(); return many.length; }).toBeGreaterThan(few.length);
    expect(many).toEqual(expect.arrayContaining([...few]));
  });

  it("leaves a request alone that names its version", async () => {
    const key = await keyWith({ percent: 99, by: "request" });
    for (let count = 0; count < 5; count++) expect(await servedBy(key, {}, "@preset/mine:1")).toBe(PUBLISHED);
    expect(await servedBy(key, {}, "@preset/mine:2")).toBe(CANARY);
  });

  it("that can serve nobody shows as the version that refused", async () => {
    const unmatched = { limits: {}, rules: [{ name: "never", when: { metadata: { tier: "gold" } }, strategy: "ordered", targets: [{ model: "openai/gpt-5-mini", weight: 1 }], fallbacks: [] }] };
    const key = await keyWith({ percent: 99, by: "request", canary: unmatched });
    for (let count = 0; count < 8; count++) await servedBy(key);
    const refused = (await stack.eventsSoon(key, 8)).filter(({ status }) => status === "failed");
    expect(refused.length).toBeGreaterThan(0);
    expect(new Set(refused.map(({ presetSlug, presetVersion }) => `${presetSlug}:${presetVersion}`))).toEqual(new Set([`mine:${CANARY}`]));
  });

  it("ends within a second of the word that it has ended", async () => {
    const key = await keyWith({ percent: 99, by: "request" });
    await servedBy(key);
    await stack.pool.query(`UPDATE preset_canary SET "endedAt" = now(), outcome = 'aborted' WHERE "organizationId" = $1`, [key.organizationId]);
    await stack.announce("preset", key.organizationId);
    const three = async (): Promise<readonly number[]> => [await servedBy(key), await servedBy(key), await servedBy(key)];
    await expect.poll(three, { timeout: 1_000, interval: 20 }).toEqual([PUBLISHED, PUBLISHED, PUBLISHED]);
  });
});
