import { describe, expect, it } from "vitest";
import { callOf, targetOf } from "../conformance/harness.ts";
import { adapterFor } from "../registry.ts";
import { demandsOf, essentialLosses } from "./essential-losses.ts";

const PROVIDERS = ["openai", "anthropic", "gemini", "bedrock", "bedrock-anthropic", "vertex", "cohere"];
const CHAT_PARTS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["image_url", { type: "image_url", image_url: { url: "https://x.test/a.png" } }], ["image_data", { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }],
  ["file_url", { type: "file", file: { file_data: "https://x.test/a.pdf" } }], ["file_data", { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" } }],
  ["file_id", { type: "file", file: { file_id: "file-1" } }], ["audio", { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }], ["video", { type: "video_url", video_url: { url: "https://x.test/a.mp4" } }],
];
const lossesOf = (body: Record<string, unknown>, provider: string, inbound: "chat_completions" | "messages" = "chat_completions") => {
  const call = callOf({ model: "m", max_tokens: 9, ...body }, { inbound });
  return { essential: essentialLosses(demandsOf(call), call, provider), reported: adapterFor(provider).prepare(call, targetOf(provider, "anthropic.claude-x")).losses };
};

describe("what a provider would lose of an input", () => {
  it.each(PROVIDERS.flatMap((provider) => CHAT_PARTS.map(([input, part]) => [provider, input, part] as const)))("%s and %s: as its adapter reports it", (provider, input, part) => {
    const { essential, reported } = lossesOf({ messages: [{ role: "user", content: [{ type: "text", text: "look" }, part] }] }, provider);
    const dropped = reported.some((loss) => loss.startsWith("dropped:messages."));
    expect(essential).toEqual(dropped ? [`dropped:messages.${input}`] : []);
  });

  it("finds a tool result's image, and takes a text document for text", () => {
    const image = { type: "image", source: { type: "url", url: "https://x.test/a.png" } };
    const inResult = { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [image] }] }] };
    expect(lossesOf(inResult, "bedrock", "messages").essential).toEqual(["dropped:messages.image_url"]);
    expect(lossesOf(inResult, "anthropic", "messages").essential).toEqual([]);
    expect(lossesOf({ messages: [{ role: "user", content: [{ type: "document", source: { type: "text", media_type: "text/plain", data: "x" } }] }] }, "cohere", "messages").essential).toEqual([]);
  });

  it.each([[null], ["x"], [[null, 5, [{}], { content: { a: 1 } }]]])("takes %j for messages without an exception", (messages) => {
    expect(demandsOf({ body: { messages, tools: messages }, inbound: "chat_completions" })).toMatchObject({ inputs: new Set() });
  });
});

describe("what a provider would lose of the tools", () => {
  const messages = [{ role: "user", content: "x" }];
  it.each(PROVIDERS)("%s carries functions, and a tool of another type only on the caller's own wire", (provider) => {
    const fn = { type: "function", function: { name: "f" } };
    expect(lossesOf({ messages, tools: [fn] }, provider).essential).toEqual([]);
    const { essential, reported } = lossesOf({ messages, tools: [fn, { type: "web_search" }] }, provider);
    expect(essential).toEqual(provider === "openai" ? [] : ["dropped:tools.web_search"]);
    expect(reported).toEqual(expect.arrayContaining([...essential]));
    const search = { type: "web_search_20250305", name: "web_search" };
    expect(lossesOf({ messages, tools: [{ name: "f", input_schema: {} }, search] }, provider, "messages").essential).toEqual(provider.includes("anthropic") ? [] : ["dropped:tools.web_search_20250305"]);
  });

  it("loses `functions` where only tools are known", () => {
    expect(lossesOf({ messages, functions: [{ name: "f" }] }, "gemini").essential).toEqual(["dropped:functions"]);
    expect(lossesOf({ messages, functions: [{ name: "f" }] }, "groq").essential).toEqual([]);
  });

  it("keeps the tools of a Responses call for who serves that API, and free-text tools for all", () => {
    const of = (provider: string, tool: object) => essentialLosses(demandsOf({ body: { input: [], tools: [tool] }, inbound: "responses" }), { inbound: "responses" }, provider);
    expect([of("openai", { type: "web_search" }), of("groq", { type: "web_search" }), of("anthropic", { type: "custom", name: "patch" })]).toEqual([[], ["dropped:tools.web_search"], []]);
  });

  it("says nothing of a provider that it does not know", () => {
    expect(essentialLosses(demandsOf({ body: { tools: [{ type: "x" }] }, inbound: "messages" }), { inbound: "messages" }, "nobody")).toEqual([]);
  });
});
