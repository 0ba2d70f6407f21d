import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const HOUR_MS = 3_600_000;
interface Wish { readonly models?: readonly string[]; readonly percent?: number; readonly startsAtMs?: number; readonly endsAtMs?: number }

/** A preset `mine`, and a drill that takes openai away from it. */
async function keyWith({ models = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5"], percent = 100, startsAtMs = Date.now() - HOUR_MS, endsAtMs = Date.now() + HOUR_MS }: Wish = {}): Promise<IssuedKey> {
  const key = await stack.issueKey();
  const { organizationId } = key;
  const id = `pre_${organizationId}`;
  const document = { limits: {}, rules: [{ name: "r", when: {}, strategy: "ordered", targets: models.map((model) => ({ model, provider: model.split("/")[0], weight: 1 })), fallbacks: [] }] };
  await stack.pool.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [id, organizationId]);
  await stack.pool.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, 1, $3, '')`, [organizationId, id, JSON.stringify(document)]);
  await stack.pool.query(`INSERT INTO preset_drill (id, "organizationId", "presetId", provider, percent, mode, "startsAt", "endsAt") VALUES ($1, $2, $3, 'openai', $4, 'test', $5, $6)`, [`drl_${organizationId}`, organizationId, id, percent, new Date(startsAtMs), new Date(endsAtMs)]);
  return key;
}
const ask = (key: IssuedKey, fields: Readonly<Record<string, unknown>> = {}): Promise<Response> => stack.post("/chat/completions", chat({ model: "@preset/mine", ...fields }), { key });
async function servedBy(key: IssuedKey, fields: Readonly<Record<string, unknown>> = {}): Promise<string | null> {
  const answer = await ask(key, fields);
  await answer.text();
  return answer.status === 200 ? answer.headers.get("x-trunkline-provider") : String(answer.status);
}

describe("a failover drill", () => {
  it.each([["plain", false], ["streamed", true]])("has the next candidate serve a %s request; the receipt says drill, and nothing is billed for the failure", async (_form, stream) => {
    const key = await keyWith();
    expect(await servedBy(key, { stream })).toBe("anthropic");
    const [event] = await stack.eventsSoon(key, 1);
    expect(event?.attempts.map(({ provider, drill, costNanoUsd }) => [provider, drill ?? null, costNanoUsd === "0"])).toEqual([["openai", "failed", true], ["anthropic", null, false]]);
    expect([event?.status, event?.provider]).toEqual(["rescued", "anthropic"]);
  });

  it("opens no circuit, however many requests it makes fail", async () => {
    const key = await keyWith();
    for (let count = 0; count < 12; count++) expect(await servedBy(key)).toBe("anthropic");
    await stack.pool.query(`UPDATE preset_drill SET "endedAt" = now() WHERE "organizationId" = $1`, [key.organizationId]);
    await stack.announce("preset", key.organizationId);
    await expect.poll(() => servedBy(key), { timeout: 1_000, interval: 20 }).toBe("openai");
  });

  it("asks the provider after all where nobody else is left, and says so", async () => {
    const key = await keyWith({ models: ["openai/gpt-5-mini"] });
    expect(await servedBy(key)).toBe("openai");
    const [event] = await stack.eventsSoon(key, 1);
    expect(event?.attempts.map(({ drill }) => drill)).toEqual(["failed", "spared"]);
  });

  it("keeps a conversation on its side and leaves the rest alone", async () => {
    const key = await keyWith({ percent: 50 });
    const round = async (): Promise<readonly (string | null)[]> => {
      const served: (string | null)[] = [];
      for (let at = 0; at < 24; at++) served.push(await servedBy(key, { session_id: `s-${at}` }));
      return served;
    };
    const first = await round();
    expect(new Set(first)).toEqual(new Set(["openai", "anthropic"]));
    expect((await round()).map((provider, at) => provider === "anthropic" || first[at] === "openai")).not.toContain(false);
  });

  it.each([["its own end has passed", { endsAtMs: Date.now() - 1 }], ["its time has not come", { startsAtMs: Date.now() + HOUR_MS, endsAtMs: Date.now() + 2 * HOUR_MS }]])("does nothing while %s", async (_when, wish) => {
    expect(await servedBy(await keyWith(wish))).toBe("openai");
  });
});
