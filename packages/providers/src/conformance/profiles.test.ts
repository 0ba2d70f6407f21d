import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Profile } from "../adapter.ts";
import { authorizeHeaders } from "../authorize/authorize-headers.ts";
import { adapterFor, createAdapter, PROVIDERS } from "../registry.ts";
import { bodyOfBytes, byteByByte, callOf, extrasOf, firstFrames, frameCount, relayAll, seededSplits, targetOf, textOfBytes, whole } from "./harness.ts";

const source = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const stream = (name: string): string => source(`dialects/openai/__fixtures__/${name}/upstream-response.sse`);
const ASK = { model: "m", messages: [{ role: "user", content: "hi" }], max_completion_tokens: 5, temperature: 0.5 };

/** A provider that nobody has heard of: this object is the whole of what it takes. */
const ACME: Profile = {
  id: "acme", name: "Acme", dialect: "openai", baseUrl: "https://llm.acme.test/api/v1", env: "ACME", authorize: "bearer",
  renames: { max_completion_tokens: "max_tokens" }, omits: ["temperature"], source: "https://docs.acme.test",
};

describe("a provider of a known dialect", () => {
  const target = targetOf("acme", "acme-large", { baseUrl: ACME.baseUrl });

  it("is one data file: from it come the address, the body, the losses and the credential's header", () => {
    const request = createAdapter(ACME).prepare(callOf(ASK), target);
    expect(request.url).toBe("https://llm.acme.test/api/v1/chat/completions");
    expect(bodyOfBytes(request.body)).toEqual({ model: "acme-large", messages: ASK.messages, max_tokens: 5 });
    expect(request.losses).toEqual(["renamed:max_completion_tokens", "dropped:temperature"]);
    expect(authorizeHeaders(ACME, "s")).toEqual({ authorization: "Bearer s" });
  });

  it("answers both of the gateway's APIs", () => {
    const bytes = Buffer.from(stream("text"));
    for (const inbound of ["chat_completions", "messages"] as const) {
      const relay = createAdapter(ACME).relayStream(callOf({ ...ASK, stream: true }, { inbound }), target, extrasOf("acme"));
      expect(relayAll(relay, whole(bytes)).observation).toMatchObject({ failure: null, complete: true, finishReason: "stop" });
    }
  });
});

const FILES = readdirSync(new URL("../profiles", import.meta.url)).filter((file) => file.endsWith(".ts"));

describe("the profiles", () => {
  it("are one a file, named for their provider, and all in the registry", () => {
    expect(FILES.map((file) => file.replace(/\.ts$/, "")).sort()).toEqual([...PROVIDERS.keys()].sort());
    for (const [id, { name, env, baseUrl, source: page }] of PROVIDERS) {
      expect(source(`profiles/${id}.ts`)).toContain(`id: "${id}"`);
      expect(name).not.toBe("");
      expect(env).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect(URL.canParse(baseUrl) && URL.canParse(page)).toBe(true);
    }
  });

  it("never lead a key to a stranger: an address that is only an example resolves nowhere, or at the provider's own", () => {
    const examples = [...PROVIDERS.values()].filter((profile) => profile.baseUrlIsExample).map((profile) => new URL(profile.baseUrl).hostname);
    expect(examples.length).toBeGreaterThan(0);
    for (const host of examples) expect(host).toMatch(/\.invalid$|\.googleapis\.com$/);
  });

  it.each([...PROVIDERS.values()].filter((profile) => profile.dialect === "openai"))("$id: sends what the profile leaves of the body to its own address, and says what it left out", (profile) => {
    const body = { ...ASK, stream: true, ...Object.fromEntries((profile.omits ?? []).map((field) => [field, field === "stream_options" ? { include_usage: true } : 1])) };
    const { url, body: bytes, losses } = adapterFor(profile.id).prepare(callOf(body), targetOf(profile.id, "up", { baseUrl: profile.baseUrl }));
    const sent = bodyOfBytes(bytes);
    expect(url).toBe(`${profile.baseUrl}/chat/completions`);
    for (const field of profile.omits ?? []) expect(sent).not.toHaveProperty(field);
    for (const [from, to] of Object.entries(profile.renames ?? {})) if (from in body) expect([sent[from], sent[to]]).toEqual([undefined, body[from as keyof typeof body]]);
    expect(losses.toSorted()).toEqual([
      ...Object.keys(profile.renames ?? {}).filter((field) => field in body).map((field) => `renamed:${field}`),
      ...(profile.omits ?? []).filter((field) => field !== "stream_options").map((field) => `dropped:${field}`),
    ].toSorted());
  });

  it("send no header for an empty secret where the server may do without one", () => {
    const headers = (id: string, secret: string) => authorizeHeaders(PROVIDERS.get(id) ?? expect.fail(), secret);
    expect([headers("ollama", ""), headers("vllm", ""), headers("openai-compatible", "")]).toEqual([{}, {}, {}]);
    expect(headers("vllm", "s")).toEqual({ authorization: "Bearer s" });
  });
});

describe.each([
  { provider: "perplexity", name: "usage-on-every-chunk", usage: { inputTokens: 11, outputTokens: 7, reasoningTokens: 0 } },
  { provider: "azure-openai", name: "content-filter-first", usage: { inputTokens: 9, cacheReadTokens: 0, outputTokens: 8, reasoningTokens: 4 } },
  { provider: "openrouter", name: "comments-and-reasoning", usage: { inputTokens: 5, cacheReadTokens: 4, outputTokens: 7, reasoningTokens: 5 } },
])("$provider: $name", ({ provider, name, usage }) => {
  const bytes = Buffer.from(stream(name));
  const run = (pieces: readonly Uint8Array[], inbound: "chat_completions" | "messages", how?: "upstream_lost") =>
    relayAll(adapterFor(provider).relayStream(callOf({ ...ASK, stream: true }, { inbound, wantsUsageChunk: true }), targetOf(provider, "up"), extrasOf(provider)), pieces, how);

  it.each(["chat_completions", "messages"] as const)("is complete for %s, with the last usage, the same at every split, and never ends when cut", (inbound) => {
    const expected = run(whole(bytes), inbound);
    expect(expected.observation).toMatchObject({ failure: null, complete: true, finishReason: "stop", usage });
    expect(expected.text).toContain("Grüße");
    expect(run(byteByByte(bytes), inbound).text).toBe(expected.text);
    for (let seed = 1; seed <= 10; seed++) expect(run(seededSplits(bytes, seed), inbound).text).toBe(expected.text);
    for (let count = 0; count < frameCount(bytes.toString()); count++) {
      const { text, observation } = run(whole(firstFrames(bytes.toString(), count)), inbound, "upstream_lost");
      expect(/\[DONE\]|message_stop/.test(text)).toBe(observation.complete);
      expect(observation.failure === null).toBe(observation.complete);
    }
  });
});

it("has the same files in the folder of every dialect that translates", () => {
  const core = ["adapter.ts", "classify.ts", "from-upstream.ts", "stop-reason.ts", "stream.ts", "to-upstream.ts", "usage.ts"];
  for (const dialect of ["anthropic", "gemini", "bedrock", "cohere"]) expect(readdirSync(new URL(`../dialects/${dialect}`, import.meta.url))).toEqual(expect.arrayContaining(core));
});

describe("usage", () => {
  const usageOf = (provider: string, usage: object) =>
    adapterFor(provider).relayBody(callOf(ASK), Buffer.from(JSON.stringify({ choices: [{ message: { content: "a" }, finish_reason: "stop" }], usage })), extrasOf(provider)).observation.usage;

  it("reads Moonshot's cache beside the details, and Perplexity's reasoning on top of the completion", () => {
    expect(usageOf("moonshot", { prompt_tokens: 20, completion_tokens: 30, total_tokens: 50, cached_tokens: 10, completion_tokens_details: { reasoning_tokens: 22 } })).toMatchObject({ inputTokens: 10, cacheReadTokens: 10, outputTokens: 8, reasoningTokens: 22 });
    expect(usageOf("perplexity", { prompt_tokens: 7, completion_tokens: 300, total_tokens: 307, reasoning_tokens: 200 })).toMatchObject({ inputTokens: 7, outputTokens: 300, reasoningTokens: 200 });
  });
});

it("leaves a comment alone that an upstream sends to keep the line open", () => {
  const relay = adapterFor("openrouter").relayStream(callOf({ ...ASK, stream: true }), targetOf("openrouter", "up"), extrasOf("openrouter"));
  expect(textOfBytes(relay.push(Buffer.from(": OPENROUTER PROCESSING\n\n")))).toBe(": OPENROUTER PROCESSING\n\n");
  expect(relay.committed).toBe(false);
});
