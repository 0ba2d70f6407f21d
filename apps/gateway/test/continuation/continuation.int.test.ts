import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataOf, Stack, type IssuedKey } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start({ GATEWAY_IDLE_TIMEOUT_MS: "500" }); });
afterAll(() => stack.stop());

const say = [{ role: "user", content: "Tell me something." }];

/** A circuit is kept by model: each test breaks another. */
const MODELS = ["gpt-5-mini", "gpt-5", "gpt-5-nano", "gpt-5.1", "gpt-5.2", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "gpt-5.4", "gpt-5.4-mini", "gpt-4-turbo", "o3", "o4-mini", "gpt-5-pro", "gpt-5.2-pro", "o1"];

/** A key whose organization has a preset that goes on at Claude, or does not. */
async function keyWith(rule: Readonly<Record<string, unknown>>): Promise<IssuedKey> {
  const key = await stack.issueKey();
  const document = { limits: {}, rules: [{ name: "r", when: {}, strategy: "ordered", targets: [{ model: `openai/${MODELS.shift() ?? ""}`, provider: "openai", weight: 1 }], fallbacks: [{ model: "anthropic/claude-haiku-4.5", provider: "anthropic", weight: 1 }], ...rule }] };
  await publish(key, document);
  return key;
}
async function publish({ organizationId }: IssuedKey, document: unknown): Promise<void> {
  const id = `pst_${organizationId}`;
  await stack.pool.query(`INSERT INTO preset (id, "organizationId", slug, name, "publishedVersion", "updatedAt") VALUES ($1, $2, 'mine', 'Mine', 1, now())`, [id, organizationId]);
  await stack.pool.query(`INSERT INTO preset_version ("organizationId", "presetId", version, document, comment) VALUES ($1, $2, 1, $3, '')`, [organizationId, id, JSON.stringify(document)]);
}
const ask = async (key: IssuedKey, path: string, simulate: string, fields: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  (await stack.post(path, { model: "@preset/mine", messages: say, stream: true, max_tokens: 300, ...fields }, { key, headers: { "x-simulate": simulate } })).text();

/** A token of the simulator is four characters. */
const BREAKS = "openai:cut@2,text=The first half and more;anthropic:text=%20the second half.";

interface Chunk { readonly id: string; readonly choices: readonly { readonly delta: { readonly role?: string; readonly content?: string }; readonly finish_reason: string | null }[]; readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly cost: number } }
const chunksOf = (text: string): readonly Chunk[] => dataOf(text).filter((data) => data !== "[DONE]").map((data) => JSON.parse(data) as Chunk);

describe("continuation", () => {
  it("goes on at another provider as one Chat answer: one id, one role, one finish, and says what both parts cost", async () => {
    const key = await keyWith({ continuation: true });
    const text = await ask(key, "/chat/completions", BREAKS, { stream_options: { include_usage: true } });
    const chunks = chunksOf(text);
    const content = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
    expect(content).toBe("The firs the second half.");
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(text).not.toContain('"error"');
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.filter(({ choices }) => choices[0]?.delta.role !== undefined).length).toBe(1);
    expect(chunks.flatMap(({ choices }) => choices.map(({ finish_reason: reason }) => reason)).filter(Boolean)).toEqual(["stop"]);
    const [event] = await stack.eventsSoon(key, 1);
    const costs = event?.attempts.map(({ costNanoUsd }) => BigInt(costNanoUsd)) ?? [];
    expect(event?.attempts.map(({ provider, failureClass, continues }) => [provider, failureClass, continues])).toEqual([["openai", "network", undefined], ["anthropic", null, true]]);
    expect([event?.status, BigInt(event?.chargeNanoUsd ?? "0")]).toEqual(["rescued", (costs[0] ?? 0n) + (costs[1] ?? 0n)]);
    expect(costs.every((cost) => cost > 0n)).toBe(true);
    expect(event?.usage.outputTokens).toBe(event?.attempts.reduce((sum, { usage }) => sum + usage.outputTokens, 0));
    const usage = chunks.at(-1)?.usage;
    expect([usage?.completion_tokens, usage?.cost]).toEqual([event?.usage.outputTokens, Number(event?.chargeNanoUsd) / 1e9]);
  });
  it.each([
    ["mistral, which gives the beginning back", "mistralai/mistral-small", "mistral", "The firs%20the second half."], ["moonshot, which does not", "moonshotai/kimi-k2-0905-preview", "moonshot", "%20the second half."],
  ])("goes on at %s, on every wire", async (_name, model, provider, text) => {
    const simulate = `openai:cut@2,text=The first half and more;${provider}:text=${text}`;
    const fallbacks = [{ model, provider, weight: 1 }];
    const chat = await ask(await keyWith({ continuation: true, fallbacks }), "/chat/completions", simulate);
    expect(chunksOf(chat).map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("The firs the second half.");
    const messages = dataOf(await ask(await keyWith({ continuation: true, fallbacks }), "/messages", simulate)).map((data) => JSON.parse(data) as { delta?: { text?: string } });
    expect(messages.map(({ delta }) => delta?.text ?? "").join("")).toBe("The firs the second half.");
    const responses = await ask(await keyWith({ continuation: true, fallbacks }), "/responses", simulate, { messages: undefined, max_tokens: undefined, input: "Tell me something.", max_output_tokens: 300 });
    expect(dataOf(responses).map((data) => JSON.parse(data) as { type: string; text?: string }).find(({ type }) => type === "response.output_text.done")?.text).toBe("The firs the second half.");
  });
  it("hands the next provider the text delivered so far, without white space at its end", async () => {
    const key = await keyWith({ continuation: true });
    await ask(key, "/chat/completions", BREAKS);
    const [event] = await stack.eventsSoon(key, 1);
    const journal = stack.simulator.journal().filter(({ requestId }) => requestId === event?.id);
    expect(journal.map(({ provider, attempt }) => [provider, attempt])).toEqual([["openai", 1], ["anthropic", 2]]);
    expect(journal[1]?.promptTokens).toBeGreaterThan(journal[0]?.promptTokens ?? Infinity);
  });
  it("goes on inside the open text block of a Messages answer: one start, one block, one stop", async () => {
    const key = await keyWith({ continuation: true });
    const events = dataOf(await ask(key, "/messages", BREAKS)).map((data) => JSON.parse(data) as { type: string; index?: number; delta?: { text?: string } });
    const kinds = events.map(({ type }) => type).filter((type) => type !== "content_block_delta" && type !== "ping");
    expect(kinds).toEqual(["message_start", "content_block_start", "content_block_stop", "message_delta", "message_stop"]);
    expect(events.map(({ delta }) => delta?.text ?? "").join("")).toBe("The firs the second half.");
    expect(new Set(events.filter(({ index }) => index !== undefined).map(({ index }) => index)).size).toBe(1);
  });
  it("goes on inside the open message of a Responses answer: one response, one item, numbers that rise by one, and whole texts where parts close", async () => {
    const key = await keyWith({ continuation: true });
    interface Event { readonly type: string; readonly sequence_number: number; readonly delta?: string; readonly text?: string; readonly output_index?: number; readonly item_id?: string; readonly item?: { readonly id: string }; readonly response?: { readonly id: string; readonly status: string; readonly output: readonly { readonly id: string; readonly content: readonly { readonly text: string }[] }[]; readonly usage: { readonly output_tokens: number; readonly cost: number } | null } }
    const events = dataOf(await ask(key, "/responses", BREAKS, { messages: undefined, max_tokens: undefined, input: "Tell me something.", max_output_tokens: 300 })).map((data) => JSON.parse(data) as Event);
    const kinds = events.map(({ type }) => type.replace("response.", "")).filter((type) => type !== "output_text.delta");
    expect(kinds).toEqual(["created", "in_progress", "output_item.added", "content_part.added", "output_text.done", "content_part.done", "output_item.done", "completed"]);
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index));
    expect(events.map(({ delta }) => delta ?? "").join("")).toBe("The firs the second half.");
    expect(events.find(({ type }) => type === "response.output_text.done")?.text).toBe("The firs the second half.");
    expect(new Set(events.flatMap(({ item_id: id, item }) => id ?? item?.id ?? [])).size).toBe(1);
    const last = events.at(-1)?.response;
    expect(last).toMatchObject({ id: events[0]?.response?.id, status: "completed", output: [{ content: [{ text: "The firs the second half." }] }] });
    const [event] = await stack.eventsSoon(key, 1);
    expect(event?.attempts.map(({ provider, continues }) => [provider, continues])).toEqual([["openai", undefined], ["anthropic", true]]);
    expect([last?.usage?.output_tokens, last?.usage?.cost]).toEqual([event?.usage.outputTokens, Number(event?.chargeNanoUsd) / 1e9]);
  });
  it("goes on as one text completion", async () => {
    const key = await keyWith({ continuation: true });
    const text = await ask(key, "/completions", BREAKS, { messages: undefined, prompt: "Tell me something." });
    const chunks = dataOf(text).filter((data) => data !== "[DONE]").map((data) => JSON.parse(data) as { id: string; choices: { text: string; finish_reason: string | null }[] });
    expect([chunks.map(({ choices }) => choices[0]?.text ?? "").join(""), new Set(chunks.map(({ id }) => id)).size, text.endsWith("data: [DONE]\n\n")]).toEqual(["The firs the second half.", 1, true]);
    expect(chunks.flatMap(({ choices }) => choices.map(({ finish_reason: reason }) => reason)).filter(Boolean)).toEqual(["stop"]);
  });
  it("counts the events of a Responses answer on to the error where the second breaks too", async () => {
    const key = await keyWith({ continuation: true });
    const events = dataOf(await ask(key, "/responses", "openai:tokens=40,cut@5;anthropic:tokens=40,cut@5", { messages: undefined, max_tokens: undefined, input: "Tell me something." })).map((data) => JSON.parse(data) as { type: string; sequence_number: number });
    expect([events.at(-1)?.type, events.map(({ sequence_number: number }) => number)]).toEqual(["error", events.map((_event, index) => index)]);
  });
  it.each([
    ["the preset does not allow it", { continuation: false }, {}, "/chat/completions"], ["there are tools", { continuation: true }, { tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }] }, "/chat/completions"],
    ["JSON is wanted", { continuation: true }, { response_format: { type: "json_object" } }, "/chat/completions"], ["nobody goes on from a text", { continuation: true, fallbacks: [{ model: "google/gemini-2.5-flash", provider: "gemini", weight: 1 }] }, {}, "/chat/completions"],
  ] as const)("ends honestly and bills what was delivered where %s", async (_name, rule, fields, path) => {
    const key = await keyWith(rule);
    const text = await ask(key, path, "openai:cut@2,text=The first half and more", fields);
    expect([text.includes('data: {"error"'), text.includes("[DONE]")]).toEqual([true, false]);
    const [event] = await stack.eventsSoon(key, 1);
    expect([event?.status, event?.attempts.length]).toEqual(["partial", 1]);
  });
  it("ends honestly where the second breaks too, and bills both parts", async () => {
    const key = await keyWith({ continuation: true });
    const text = await ask(key, "/chat/completions", "openai:tokens=40,cut@5;anthropic:tokens=40,cut@5");
    expect([text.includes('data: {"error"'), text.includes("[DONE]")]).toEqual([true, false]);
    const [event] = await stack.eventsSoon(key, 1);
    expect([event?.status, event?.attempts.length]).toEqual(["partial", 2]);
    expect(BigInt(event?.chargeNanoUsd ?? "0")).toBe(event?.attempts.reduce((sum, { costNanoUsd }) => sum + BigInt(costNanoUsd), 0n));
  });
});

it("hedging: the second provider serves while the first keeps silent, and the caller pays the second alone", async () => {
  const key = await keyWith({ hedge: { afterMs: 50 } });
  const text = await ask(key, "/chat/completions", "openai:ttft=30000");
  expect(text).toContain("[DONE]");
  const [event] = await stack.eventsSoon(key, 1);
  expect(event?.attempts.map(({ provider, failureClass }) => [provider, failureClass])).toEqual([["openai", "cancelled"], ["anthropic", null]]);
  expect([event?.chargeNanoUsd, event?.status]).toEqual([event?.attempts[1]?.costNanoUsd, "rescued"]);
  expect(BigInt(event?.attempts[0]?.costNanoUsd ?? "0")).toBeGreaterThan(0n);
});
