import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, message, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const once = (key: IssuedKey, name: string, fields: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}) =>
  stack.post("/chat/completions", chat(fields), { key, headers: { "idempotency-key": name, ...headers } });
const generationOf = (response: Response): string | null => response.headers.get("x-trunkline-request-id");

describe("Idempotency-Key", () => {
  it.each([false, true])("answers a repeat with the same bytes and bills it once (stream: %s)", async (stream) => {
    const key = await stack.issueKey();
    const first = await once(key, "a", { stream });
    const said = await first.text();
    const again = await once(key, "a", { stream });
    expect(await again.text()).toBe(said);
    expect([generationOf(again), again.headers.get("idempotent-replayed"), again.headers.get("content-type")]).toEqual([generationOf(first), "true", first.headers.get("content-type")]);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(stack.events(key)).toHaveLength(1);
  });

  it.each([false, true])("lets repeats join the call in flight, so that many at once are one call (stream: %s)", async (stream) => {
    const key = await stack.issueKey();
    const answers = await Promise.all(Array.from({ length: 8 }, () => once(key, "b", { stream }, { "x-simulate": "ttft=150" })));
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    const withoutHeartbeats = texts.map((text) => text.replaceAll(/^: .*\n\n/gm, ""));
    expect(new Set(withoutHeartbeats).size).toBe(1);
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(200));
    expect(stack.events(key)).toHaveLength(1);
  });

  it("finishes a call whose caller left, for the repeat that will ask for it", async () => {
    const key = await stack.issueKey();
    const leaving = new AbortController();
    const first = await stack.post("/chat/completions", chat({ stream: true }), { key, signal: leaving.signal, headers: { "idempotency-key": "c", "x-simulate": "tokens=60;pace=5" } });
    await first.body?.getReader().read();
    leaving.abort();
    const text = await (await once(key, "c", { stream: true }, { "x-simulate": "tokens=60;pace=5" })).text();
    expect(text).toContain("data: [DONE]");
    const events = await stack.eventsSoon(key, 1);
    expect(events.map((event) => event.status)).toEqual(["ok"]);
  });

  it("refuses the same key with another body, and one that is no key", async () => {
    const key = await stack.issueKey();
    await once(key, "d");
    const other = await once(key, "d", { temperature: 0.5 });
    expect([other.status, await other.json()]).toMatchObject([400, { error: { code: "caller.invalid_request", param: "Idempotency-Key" } }]);
    expect((await once(key, "x".repeat(256))).status).toBe(400);
  });

  it("keeps what the caller did wrong, and runs again what failed on the way", async () => {
    const key = await stack.issueKey();
    const refused = [await once(key, "e", { model: "no/such" }), await once(key, "e", { model: "no/such" })];
    expect(refused.map((answer) => [answer.status, answer.headers.get("idempotent-replayed")])).toEqual([[404, null], [404, "true"]]);
    expect((await once(key, "f", {}, { "x-simulate": "status=500" })).status).toBe(502);
    const retried = await once(key, "f");
    expect([retried.status, retried.headers.get("idempotent-replayed")]).toEqual([200, null]);
  });

  it("holds for every inbound API, and keeps keys, tenants and APIs apart", async () => {
    const [key, stranger] = [await stack.issueKey(), await stack.issueKey()];
    const headers = { "idempotency-key": "g" };
    const messages = () => stack.post("/messages", message(), { key, headers });
    const responses = () => stack.post("/responses", { model: "openai/gpt-5-mini", input: "Hi" }, { key, headers });
    const embeddings = () => stack.post("/embeddings", { model: "openai/text-embedding-3-small", input: "Hi" }, { key, headers });
    for (const call of [messages, responses, embeddings]) {
      const [first, again] = [await (await call()).text(), await (await call()).text()];
      expect(again).toBe(first);
    }
    expect(stack.events(key)).toHaveLength(3);
    await once(stranger, "g");
    expect(stack.events(stranger)).toHaveLength(1);
    expect((await stack.post("/chat/completions", chat(), { headers })).status).toBe(401);
  });
});
