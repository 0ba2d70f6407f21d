import { generateKey, hashKey, parseKey, type ParsedKey } from "@trunkline/keys";
import type { ApiKeyRecord } from "@trunkline/db/gateway";
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FRESH_MS, KeyCache, NEGATIVE_MS, STALE_MS } from "./key-cache.ts";

const pepper = Buffer.alloc(32, 1);
const parsed = (): ParsedKey => parseKey(generateKey("live", (size: number) => randomBytes(size)).whole) as ParsedKey;
const recordOf = (key: ParsedKey): ApiKeyRecord => ({ id: "key_1", keyId: key.keyId, kind: "live", name: "k", hash: hashKey(key.whole, pepper), pepperVersion: 1, organizationId: "org_1", projectId: "prj_1", rpmLimit: null, organizationRpmLimit: null, browserOrigins: [], suspended: false, expiresAtMs: null, revokedAtMs: null, budgets: [], responseRetentionDays: 0, credentials: [] });

function setup(record: ApiKeyRecord | null) {
  const state = { nowMs: 0, reads: 0, away: false, record };
  const findApiKey = (): Promise<ApiKeyRecord | null> => { state.reads++; return state.away ? Promise.reject(new Error("away")) : Promise.resolve(state.record); };
  return { state, cache: new KeyCache({ db: { findApiKey }, peppers: new Map([[1, pepper]]), now: () => state.nowMs }) };
}

describe("the key cache", () => {
  it("reads a key once for a burst, and not again while it is fresh", async () => {
    const key = parsed();
    const { state, cache } = setup(recordOf(key));
    await Promise.all([cache.find(key), cache.find(key), cache.find(key)]);
    state.nowMs = FRESH_MS - 1;
    expect((await cache.find(key))?.id).toBe("key_1");
    expect(state.reads).toBe(1);
  });
  it("keeps a known key working while the store is away, for a bounded time, and then fails with 503", async () => {
    const key = parsed();
    const { state, cache } = setup(recordOf(key));
    await cache.find(key);
    state.away = true;
    state.nowMs = STALE_MS - 1;
    expect((await cache.find(key))?.id).toBe("key_1");
    state.nowMs = STALE_MS;
    await expect(cache.find(key)).rejects.toMatchObject({ code: "gateway.dependency_unavailable" });
  });
  it("never calls an unknown key wrong while the store is away", async () => {
    const { state, cache } = setup(null);
    state.away = true;
    await expect(cache.find(parsed())).rejects.toMatchObject({ code: "gateway.dependency_unavailable", status: 503 });
  });
  it("refuses a forged secret of a known key id, and the genuine one keeps working", async () => {
    const key = parsed();
    const { cache } = setup(recordOf(key));
    await cache.find(key);
    const forged = { ...parsed(), keyId: key.keyId };
    expect(await cache.find(forged)).toBeNull();
    expect((await cache.find(key))?.id).toBe("key_1");
  });
  it("remembers for a moment that a key does not exist", async () => {
    const { state, cache } = setup(null);
    const key = parsed();
    expect([await cache.find(key), await cache.find(key)]).toEqual([null, null]);
    expect(state.reads).toBe(1);
    state.nowMs = NEGATIVE_MS + 1;
    await cache.find(key);
    expect(state.reads).toBe(2);
  });
  it("asks again after an invalidation", async () => {
    const key = parsed();
    const { state, cache } = setup(recordOf(key));
    await cache.find(key);
    state.record = { ...recordOf(key), revokedAtMs: 0 };
    cache.invalidate(key.keyId);
    expect((await cache.find(key))?.revokedAtMs).toBe(0);
  });
  it("asks again for the keys of the organization that changed, and for no other's", async () => {
    const key = parsed();
    const { state, cache } = setup(recordOf(key));
    await cache.find(key);
    cache.invalidateOrganization("org_2");
    await cache.find(key);
    expect([state.reads, cache.findFresh(key.whole)?.id]).toEqual([1, "key_1"]);
    cache.invalidateOrganization("org_1");
    expect(cache.findFresh(key.whole)).toBeNull();
    await cache.find(key);
    expect(state.reads).toBe(2);
  });
});
