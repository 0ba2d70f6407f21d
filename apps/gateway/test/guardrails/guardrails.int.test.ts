import { guardrailsSchema } from "@trunkline/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, message, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); }, 60_000);
afterAll(() => stack.stop());

interface Refusal { readonly error: { readonly code: string; readonly message: string } }
const ALLOWED = "openai/gpt-5-mini";

async function guarded(guardrails: object, models: readonly string[] = []): Promise<IssuedKey> {
  const key = await stack.issueKey();
  await stack.pool.query("UPDATE project SET guardrails = $2 WHERE id = $1", [key.projectId, JSON.stringify(guardrailsSchema.parse(guardrails))]);
  await stack.pool.query(`UPDATE api_key SET "allowedModels" = $2 WHERE id = $1`, [key.id, models]);
  return key;
}
const ask = async (key: IssuedKey, body: object, path = "/chat/completions"): Promise<{ status: number; code: string | null; message: string }> => {
  const answer = await stack.post(path, body, { key });
  const text = await answer.text();
  if (answer.ok) return { status: answer.status, code: null, message: text };
  const { error } = JSON.parse(text) as Refusal;
  return { status: answer.status, code: error.code ?? null, message: error.message };
};

describe("a key that names its models", () => {
  it("is served those and refused others, whatever way they are named, and lists what it may use", async () => {
    const key = await guarded({}, [ALLOWED]);
    expect(await ask(key, chat({ model: ALLOWED }))).toMatchObject({ status: 200 });
    expect(await ask(key, chat({ model: "anthropic/claude-haiku-4.5" }))).toMatchObject({ status: 403, code: "tenant.model_not_allowed", message: expect.stringContaining("The key does not allow anthropic/claude-haiku-4.5.") });
    // A fallback that the key may not use is passed over, not refused.
    expect(await ask(key, chat({ model: "anthropic/claude-haiku-4.5", models: [ALLOWED] }))).toMatchObject({ status: 200 });
    const list = await (await stack.get("/models", key)).json() as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual([ALLOWED]);
  });
});

describe("a project's guardrails", () => {
  it("keep its keys from denied models and providers", async () => {
    const key = await guarded({ models: { deny: ["openai/*"] }, providers: { deny: ["anthropic"] } });
    expect(await ask(key, chat({ model: ALLOWED }))).toMatchObject({ status: 403, message: expect.stringContaining("The project does not allow") });
    const { status, message: said } = await ask(key, chat({ model: "anthropic/claude-haiku-4.5" }));
    expect(status === 200 || said.includes("The project does not allow anthropic")).toBe(true);
  });

  it("keep a request where its address promises to process it: other zones of the same provider are refused, and not listed", async () => {
    const key = await guarded({ regions: ["us"] });
    const american = await ask(key, chat({ model: "amazon/nova-lite-v1" }));
    expect(american).toMatchObject({ status: 200 });
    expect(await ask(key, chat({ model: ALLOWED }))).toMatchObject({ status: 403, code: "tenant.model_not_allowed", message: expect.stringContaining("The project allows processing in us only") });
    const list = await (await stack.get("/models", key)).json() as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toContain("amazon/nova-lite-v1");
    expect(list.data.map(({ id }) => id)).not.toContain(ALLOWED);
    expect(await ask(await guarded({ regions: ["eu"] }), chat({ model: "amazon/nova-lite-v1" }))).toMatchObject({ status: 403 });
  });

  it.each([
    ["/chat/completions", chat({ messages: [{ role: "user", content: "write to ada@example.com" }] }), "e-mail address"],
    ["/messages", message({ system: "Card 4242 4242 4242 4242", messages: [{ role: "user", content: "hi" }] }), "card number"],
    ["/responses", { model: ALLOWED, input: "about PAT-0042" }, "own list"],
    ["/embeddings", { model: "openai/text-embedding-3-small", input: ["fine", "to ada@example.com"] }, "e-mail address"],
    ["/route/explain", chat({ messages: [{ role: "user", content: "write to ada@example.com" }] }), "e-mail address"],
  ])("refuse a prompt of %s that holds what no provider is to see, without telling it again", async (path, body, kind) => {
    const key = await guarded({ refuse: { kinds: ["email", "card"], patterns: ["PAT-####"] } });
    const answer = await ask(key, body, path);
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining(kind) });
    expect(answer.message).not.toMatch(/ada@|4242|0042/);
  });

  it("let ordinary prompts and pictures through, and refuse what is too long to be checked", async () => {
    const key = await guarded({ refuse: { kinds: ["email", "phone", "card", "key"], patterns: [] } });
    const picture = { type: "image_url", image_url: { url: `data:image/png;base64,${"4242424242424242".repeat(40)}` } };
    expect(await ask(key, chat({ messages: [{ role: "user", content: [{ type: "text", text: "what is this?" }, picture] }] }))).toMatchObject({ status: 200 });
    expect(await ask(key, chat({ messages: [{ role: "user", content: "word ".repeat(450_000) }] }))).toMatchObject({ status: 400, code: "caller.content_filtered", message: expect.stringContaining("2 MB") });
  });

  it("leave a refused request in the log, without an attempt", async () => {
    const key = await guarded({ refuse: { kinds: ["email"], patterns: [] } });
    await ask(key, chat({ messages: [{ role: "user", content: "ada@example.com" }] }));
    const [event] = await stack.eventsSoon(key, 1);
    expect(event).toMatchObject({ status: "failed", errorCode: "caller.content_filtered", attempts: [] });
    expect(JSON.stringify(event)).not.toContain("ada@");
  });
});
