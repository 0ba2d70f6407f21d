import { presetDocumentSchema } from "@trunkline/contracts";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { issueKey } from "../issue-key.ts";
import { dispatchRest } from "./dispatch.ts";
import { closeStore, db, peppers, run, sql } from "./rest-store.fixture.ts";

let number = 0;
const documentOf = (...models: readonly string[]) => presetDocumentSchema.parse({ rules: [{ name: "All", targets: models.map((model) => ({ model })) }] });
const [NOW, BETTER] = [documentOf("openai/gpt-5-mini", "openai/gpt-5-nano"), documentOf("openai/gpt-5-nano", "openai/gpt-5-mini")];

afterAll(async () => { vi.unstubAllEnvs(); await closeStore(); });
beforeEach(() => {
  vi.unstubAllEnvs().stubEnv("AUTH_SECRET", "secret-of-the-rest-tests").stubEnv("API_KEY_PEPPERS", `1:${Buffer.alloc(32, 7).toString("base64")}`).stubEnv("PUBLIC_WEB_URL", "http://127.0.0.1:1").stubEnv("PUBLIC_GATEWAY_URL", "http://127.0.0.1:2");
});

type Body = Record<string, unknown>;
async function newTenant() {
  const user = await db.accounts.createUser({ email: `prn${++number}-${run}@example.test`, name: `Prn ${number} ${run}`, passwordHash: "x" });
  const { organizationId, projectId } = await db.accounts.ensureOrganization(user);
  const actor = { organizationId, role: "owner", userId: user.id, label: "test" } as const;
  const { secret } = await issueKey(db, peppers, { actor, projectId, input: { name: "management", kind: "mgmt" } });
  const call = async (method: string, path: string): Promise<{ status: number; body: Body }> => {
    const url = new URL(`http://127.0.0.1:1/api/v1${path}`);
    const response = await dispatchRest(new Request(url, { method, headers: { authorization: `Bearer ${secret}` } }), url.pathname.split("/").slice(3), { db, kv: { publish: async () => undefined } as never, peppers });
    return { status: response.status, body: await response.json() as Body };
  };
  /** As the worker writes it. */
  const find = (slug: string, version: number, proposal: unknown = BETTER) => sql.query(
    `INSERT INTO price_notice ("organizationId", "presetSlug", "presetVersion", fingerprint, models, requests, "changedShare", "followedNanoUsd", "savedNanoUsd", proposal, moved, "foundAt") VALUES ($1, $2, $3, '1 prc', '{openai/gpt-5-nano}', 50, 0, 0, $4, $5, '[{"rule":"All","model":"openai/gpt-5-nano"}]', now())`,
    [organizationId, slug, version, proposal === null ? null : "3825000000", proposal === null ? null : JSON.stringify(proposal)]);
  return { actor, call, find };
}

describe("price notices", () => {
  it("become the draft of their preset with one call, and are then gone", async () => {
    const { actor, call, find } = await newTenant();
    await db.presets.create(actor, { slug: "mine", name: "Mine", document: NOW });
    await db.presets.publish(actor, "mine", "first");
    await find("mine", 1);
    expect((await call("GET", "/price-notices")).body["data"]).toMatchObject([{ preset: "mine", models: ["openai/gpt-5-nano"], requests: 50, draftSavesUsd: "3.825", moved: [{ rule: "All", model: "openai/gpt-5-nano" }] }]);
    expect(await call("POST", "/price-notices/mine/draft")).toMatchObject({ status: 201, body: { slug: "mine", draft: { rules: BETTER.rules }, published: { version: 1 } } });
    expect((await call("GET", "/price-notices")).body["data"]).toEqual([]);
    expect((await call("POST", "/price-notices/mine/draft")).status).toBe(404);
  });
  it("become an own preset where a built-in one was meant", async () => {
    const { call, find } = await newTenant();
    await find("quality", 0);
    expect(await call("POST", "/price-notices/quality/draft")).toMatchObject({ status: 201, body: { slug: "quality", builtIn: false, published: null, draft: { rules: BETTER.rules } } });
  });
  it("write over no draft that somebody has begun, and change no version they were not made for", async () => {
    const { actor, call, find } = await newTenant();
    await db.presets.create(actor, { slug: "mine", name: "Mine", document: NOW });
    await find("mine", 0);
    expect((await call("POST", "/price-notices/mine/draft")).status).toBe(409);
    await db.presets.publish(actor, "mine", "first");
    expect((await call("POST", "/price-notices/mine/draft")).status).toBe(409);
    expect((await db.presets.find(actor, "mine")).draft).toBeNull();
  });
  it("can be dismissed, offer no draft where the preset follows by itself, and are nobody else's", async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    await mine.find("cost", 0, null);
    expect((await theirs.call("GET", "/price-notices")).body["data"]).toEqual([]);
    expect((await theirs.call("DELETE", "/price-notices/cost")).status).toBe(404);
    expect((await mine.call("POST", "/price-notices/cost/draft")).status).toBe(422);
    expect((await mine.call("DELETE", "/price-notices/cost")).status).toBe(200);
    expect((await mine.call("GET", "/price-notices")).body["data"]).toEqual([]);
  });
});
