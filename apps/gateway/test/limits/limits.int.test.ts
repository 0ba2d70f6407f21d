import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, Stack, type IssuedKey, type KeyWish } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

/** A key with one limit, on itself, its project or its organization. */
async function keyWith(table: "api_key" | "project" | "organization", column: "rpmLimit" | "tpmLimit" | "concurrencyLimit", limit: number, wish: KeyWish = {}): Promise<IssuedKey> {
  const key = await stack.issueKey(wish);
  await stack.pool.query(`UPDATE ${table} SET "${column}" = $2 WHERE id = $1`, [{ api_key: key.id, project: key.projectId, organization: key.organizationId }[table], limit]);
  return key;
}
const ask = (key: IssuedKey, fields = {}, simulate = "usage=10,20"): Promise<Response> => stack.post("/chat/completions", chat({ max_tokens: 50, ...fields }), { key, headers: { "x-simulate": simulate } });
const tokensLeft = (response: Response): number => Number(response.headers.get("x-ratelimit-remaining-tokens"));

describe.each(["api_key", "project", "organization"] as const)("limits of a %s", (table) => {
  it("takes the likely tokens before the call and gives back what was not used", async () => {
    const key = await keyWith(table, "tpmLimit", 100_000);
    const first = await ask(key);
    await first.text();
    const taken = 100_000 - tokensLeft(first);
    expect(first.headers.get("x-ratelimit-limit-tokens")).toBe("100000");
    expect(first.headers.get("x-ratelimit-reset-tokens")).toMatch(/^\d+s$/);
    expect(taken).toBeGreaterThan(50);
    const second = await ask(key);
    await second.text();
    // The first call is down to the 30 tokens that it used, and some milliseconds refill the bucket.
    expect(tokensLeft(second)).toBeGreaterThanOrEqual(100_000 - 30 - taken);
    expect(tokensLeft(second)).toBeLessThanOrEqual(100_000 - taken);
  });

  it("refuses with the bucket's name and a time to retry when the tokens of the minute are used", async () => {
    const key = await keyWith(table, "tpmLimit", 1_000);
    expect((await ask(key, {}, "usage=1000,5000")).status).toBe(200);
    const refused = await ask(key);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(60);
    expect(await refused.json()).toMatchObject({ error: { code: "tenant.rate_limited", message: expect.stringContaining("tokens per minute of the ") as string } });
  });

  it("lets so many calls run at a time, and another as soon as one has ended", async () => {
    const key = await keyWith(table, "concurrencyLimit", 1);
    const running = await ask(key, { stream: true }, "tokens=40;pace=20");
    const refused = await ask(key);
    expect([running.status, refused.status]).toEqual([200, 429]);
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining("calls at a time") as string } });
    await running.text();
    expect((await ask(key)).status).toBe(200);
  });
});

describe("a limit of calls at a time", () => {
  it.each([["a refusal of the provider", "status=503"], ["an error of the caller's", "status=400"]])("frees the place after %s", async (_what, simulate) => {
    const key = await keyWith("api_key", "concurrencyLimit", 1);
    expect((await ask(key, { routing: { fallbacks: false } }, simulate)).status).toBeGreaterThanOrEqual(400);
    expect((await ask(key)).status).toBe(200);
  });

  it("frees the place when the caller leaves", async () => {
    const key = await keyWith("api_key", "concurrencyLimit", 1);
    const abort = new AbortController();
    const running = await stack.post("/chat/completions", chat({ stream: true }), { key, headers: { "x-simulate": "tokens=4000;pace=20" }, signal: abort.signal });
    expect(running.status).toBe(200);
    abort.abort();
    await stack.eventsSoon(key, 1);
    expect((await ask(key)).status).toBe(200);
  });
});

it("counts a project's requests beside those of its key, and takes none of either when one refuses", async () => {
  const key = await keyWith("project", "rpmLimit", 1, { rpmLimit: 100 });
  expect((await ask(key)).headers.get("x-ratelimit-limit-requests")).toBe("1");
  const refused = await ask(key);
  expect([refused.status, refused.headers.get("x-ratelimit-remaining-requests")]).toEqual([429, "0"]);
});
