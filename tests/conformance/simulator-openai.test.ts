import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { JournalEntry, Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

let simulator: Simulator;
let client: OpenAI;

beforeAll(async () => {
  simulator = await createSimulator({ port: 0 });
  client = new OpenAI({ apiKey: "any", baseURL: `${simulator.url}/openai/v1`, maxRetries: 0, logLevel: "off" });
});
afterEach(() => {
  simulator.setFaults({});
  simulator.clearJournal();
});
afterAll(() => simulator.close());

const ask = (content: string): OpenAI.ChatCompletionMessageParam[] => [{ role: "user", content }];
const simulate = (order: string): { headers: Record<string, string> } => ({ headers: { "x-simulate": order } });
const WEATHER: OpenAI.ChatCompletionFunctionTool = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, unit: { type: "string", enum: ["celsius", "kelvin"] }, note: { type: "string" } },
      required: ["city", "unit"],
    },
  },
};

async function journalOf(requestId?: string): Promise<JournalEntry[]> {
  const answer = await fetch(`${simulator.url}/_admin/journal${requestId === undefined ? "" : `?requestId=${requestId}`}`);
  return (await answer.text()).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as JournalEntry);
}

async function readStream(order: string | null, options: Partial<OpenAI.ChatCompletionCreateParamsStreaming> = {}): Promise<{ text: string; chunks: OpenAI.ChatCompletionChunk[]; error: unknown }> {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  let error: unknown = null;
  try {
    const stream = await client.chat.completions.create(
      { model: "gpt-4o", messages: ask("Say hello to Zürich ☕"), stream: true, ...options }, order === null ? {} : simulate(order));
    for await (const chunk of stream) chunks.push(chunk);
  } catch (caught) {
    error = caught;
  }
  return { text: chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), chunks, error };
}

describe("plain answers", () => {
  it("gives the official client the same answer for the same request, and another for another seed", async () => {
    const body = { model: "gpt-4o", messages: ask("Say hello to Zürich ☕") };
    const [first, second, seeded] = [await client.chat.completions.create(body), await client.chat.completions.create(body), await client.chat.completions.create(body, simulate("seed=7"))];
    expect(first.choices[0]?.message.content).toContain("Zürich ☕");
    expect(second.choices).toEqual(first.choices);
    expect(seeded.id).not.toBe(first.id);
    expect(first.usage?.completion_tokens).toBe(Math.ceil(Buffer.byteLength(first.choices[0]?.message.content ?? "") / 4));
  });

  it("ends with length at max_tokens and with stop at a stop sequence", async () => {
    const short = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi"), max_completion_tokens: 5 });
    expect(short.choices[0]?.finish_reason).toBe("length");
    expect(short.usage?.completion_tokens).toBeLessThanOrEqual(5);
    const stopped = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi"), stop: ["END"] }, simulate("text=before END after"));
    expect(stopped.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "before " } });
  });

  it("calls a tool with arguments that satisfy its schema, and answers in text once the result is there", async () => {
    const called = await client.chat.completions.create({ model: "gpt-4o", messages: ask("How is the weather in Oslo?"), tools: [WEATHER] });
    const call = called.choices[0]?.message.tool_calls?.[0];
    expect(called.choices[0]?.finish_reason).toBe("tool_calls");
    expect(call?.type === "function" ? JSON.parse(call.function.arguments) : null).toEqual({ city: "Oslo", unit: "celsius" });
    const answered = await client.chat.completions.create({
      model: "gpt-4o", tools: [WEATHER],
      messages: [...ask("How is the weather in Oslo?"), called.choices[0]!.message, { role: "tool", tool_call_id: call?.id ?? "", content: "rain" }],
    });
    expect(answered.choices[0]?.finish_reason).toBe("stop");
  });

  it("answers JSON that satisfies the schema asked for", async () => {
    const schema = { type: "object", properties: { name: { type: "string" }, age: { type: "integer", minimum: 18 }, tags: { type: "array", items: { type: "string" } } }, required: ["name", "age", "tags"], additionalProperties: false };
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages: ask("Describe Ada Lovelace"), response_format: { type: "json_schema", json_schema: { name: "person", schema, strict: true } } });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toEqual({ name: "Ada Lovelace", age: 18, tags: ["Ada Lovelace"] });
  });

  it("reports cached tokens when a long prompt comes again", async () => {
    const messages = ask("long ".repeat(1500));
    const first = await client.chat.completions.create({ model: "gpt-4o", messages });
    const second = await client.chat.completions.create({ model: "gpt-4o", messages });
    expect(first.usage?.prompt_tokens_details?.cached_tokens).toBe(0);
    expect(second.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThanOrEqual(1024);
    expect(second.usage?.prompt_tokens).toBe(first.usage?.prompt_tokens);
  });
});

describe("streams", () => {
  it("streams the very text of the plain answer, with usage only where it is asked for", async () => {
    const plain = await client.chat.completions.create({ model: "gpt-4o", messages: ask("Say hello to Zürich ☕") });
    const without = await readStream(null);
    const asked = await readStream(null, { stream_options: { include_usage: true } });
    expect(without.text).toBe(plain.choices[0]?.message.content);
    expect(without.chunks.every((chunk) => !("usage" in chunk))).toBe(true);
    expect(asked.chunks.at(-1)).toMatchObject({ choices: [], usage: plain.usage });
    expect(asked.chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  it("streams tool arguments in pieces that the client's helper puts together", async () => {
    const stream = client.chat.completions.stream({ model: "gpt-4o", messages: ask("Weather in Oslo, both calls"), tools: [WEATHER, { ...WEATHER, function: { ...WEATHER.function, name: "get_tides" } }] });
    const message = await stream.finalMessage();
    expect(message.tool_calls?.map((call) => call.type === "function" && call.function.name)).toEqual(["get_weather", "get_tides"]);
  });

  it("survives writes split inside characters and frames", async () => {
    const whole = await readStream(null);
    expect(await readStream("split=utf8")).toMatchObject({ text: whole.text, error: null });
  });

  it("delivers exactly the tokens ordered, and journals what was sent", async () => {
    const { text } = await readStream("tokens=300", { stream_options: { include_usage: true } });
    expect(Buffer.byteLength(text)).toBe(1200);
    const [entry] = await journalOf();
    expect(entry).toMatchObject({ wire: "openai", model: "gpt-4o", stream: true, status: 200, outputTokensGenerated: 300, outputTokensSent: 300, usageReported: true, completed: true, aborted: false });
  });
});

describe("faults", () => {
  it.each([
    ["status=400", OpenAI.BadRequestError], ["status=401", OpenAI.AuthenticationError], ["status=403", OpenAI.PermissionDeniedError],
    ["status=404", OpenAI.NotFoundError], ["status=429", OpenAI.RateLimitError], ["status=503", OpenAI.InternalServerError],
  ])("%s surfaces as the client's own error class", async (order, expected) => {
    await expect(client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, simulate(order))).rejects.toBeInstanceOf(expected);
  });

  it("sends retry-after in every form, an HTTP-date by the clock included", async () => {
    const headersOf = async (order: string): Promise<Headers> => {
      const error = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, simulate(order)).catch((caught: unknown) => caught);
      return (error as InstanceType<typeof OpenAI.APIError>).headers ?? new Headers();
    };
    expect((await headersOf("status=429,retry_after=2")).get("retry-after")).toBe("2");
    expect((await headersOf("status=429,retry_after=-1.5")).get("retry-after")).toBe("-1.5");
    expect((await headersOf("status=429,retry_after_ms=1500")).get("retry-after-ms")).toBe("1500");
    expect((await headersOf("status=429,retry_after=date+2")).get("retry-after")).toMatch(/GMT$/);
  });

  it("refuses an unknown fault with 400 and names it", async () => {
    await expect(client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, simulate("statsu=503"))).rejects.toThrow(/statsu=503/);
  });

  it("cuts a stream after the ordered tokens, and journals that it was not completed", async () => {
    const { text, error } = await readStream("cut@40");
    expect(error).not.toBeNull();
    expect(Math.ceil(Buffer.byteLength(text) / 4)).toBe(40);
    const [entry] = await journalOf();
    expect(entry).toMatchObject({ outputTokensSent: 40, completed: false, aborted: false, usageReported: false });
  });

  it("cuts and resets plain answers into connection errors", async () => {
    for (const order of ["reset", "cut@4"]) {
      await expect(client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, simulate(order))).rejects.toThrow();
    }
  });

  it("stalls a stream until the caller leaves, and journals that as aborted", async () => {
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi"), stream: true }, simulate("stall@10"));
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += Buffer.byteLength(chunk.choices[0]?.delta.content ?? "");
      if (bytes > 36) break;
    }
    await expect.poll(() => simulator.journal()[0]).toMatchObject({ outputTokensSent: 10, completed: false, aborted: true });
  });

  it("hangs without headers until the caller gives up", async () => {
    await expect(client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, { ...simulate("hang"), timeout: 50 })).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    await expect.poll(() => simulator.journal()[0]).toMatchObject({ status: null, completed: false, aborted: true });
  });

  it("sends an error as first event of a 200 stream", async () => {
    const { error, chunks } = await readStream("overloaded_first");
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(chunks).toEqual([]);
  });

  it("sends a frame that is no JSON, and nothing at all, when ordered so", async () => {
    expect((await readStream("malformed")).error).toBeInstanceOf(SyntaxError);
    expect(await readStream("empty")).toMatchObject({ chunks: [], error: null });
  });

  it("leaves usage out, or reports the ordered one", async () => {
    const none = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, simulate("no_usage"));
    expect(none.usage).toBeUndefined();
    const ordered = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, simulate("usage=1000,200"));
    expect(ordered.usage).toMatchObject({ prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 });
  });

  it("applies a fault only to the provider that it names, and standing faults until they are taken back", async () => {
    const ok = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") }, simulate("mistral:status=503"));
    expect(ok.choices).toHaveLength(1);
    const put = await fetch(`${simulator.url}/_admin/faults`, { method: "PUT", body: JSON.stringify({ openai: "status=503", "*": "no_usage" }) });
    expect(await put.json()).toEqual({ openai: "status=503", "*": "no_usage" });
    await expect(client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") })).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    const other = new OpenAI({ apiKey: "any", baseURL: `${simulator.url}/groq/openai/v1`, maxRetries: 0 });
    expect((await other.chat.completions.create({ model: "llama", messages: ask("hi") })).usage).toBeUndefined();
    await fetch(`${simulator.url}/_admin/faults`, { method: "DELETE" });
    expect((await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi") })).usage).toBeDefined();
  });

  it("journals by the gateway's request and attempt, and lets an order hold for one attempt", async () => {
    const attempt = (number: number): Promise<OpenAI.ChatCompletion> => client.chat.completions.create(
      { model: "gpt-4o", messages: ask("secret words") },
      { headers: { "x-simulate": "status=503,attempt=1", "x-trunkline-request-id": "req_a", "x-trunkline-attempt": String(number) } });
    await expect(attempt(1)).rejects.toThrow();
    await attempt(2);
    const entries = await journalOf("req_a");
    expect(entries.map(({ requestId, attempt: number, status }) => ({ requestId, number, status }))).toEqual([
      { requestId: "req_a", number: 1, status: 503 }, { requestId: "req_a", number: 2, status: 200 }]);
    expect(JSON.stringify(entries)).not.toContain("secret words");
  });
});

describe("lookups", () => {
  it("lists models and embeds in both encodings", async () => {
    const page = await client.models.list();
    expect(page.data.map((model) => model.id)).toContain("gpt-4o");
    const floats = await client.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"], dimensions: 8, encoding_format: "float" });
    const base64 = await client.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"], dimensions: 8 });
    expect(base64.data.map((one) => one.embedding)).toEqual(floats.data.map((one) => one.embedding));
  });
});

describe("timing", () => {
  it("waits before headers by delay, before the first token by ttft, between chunks by pace", async () => {
    const arrivals = async (order: string): Promise<{ headersMs: number; firstMs: number; lastMs: number; chunks: number }> => {
      const startedAt = performance.now();
      const stream = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi"), stream: true, max_completion_tokens: 4 }, simulate(order));
      const headersMs = performance.now() - startedAt;
      let firstMs = 0;
      let chunks = 0;
      for await (const chunk of stream) {
        chunks += 1;
        if (firstMs === 0 && chunk.choices[0]?.delta.content) firstMs = performance.now() - startedAt;
      }
      return { headersMs, firstMs, lastMs: performance.now() - startedAt, chunks };
    };
    // Timers may fire up to a millisecond early against this clock.
    expect((await arrivals("delay=120")).headersMs).toBeGreaterThanOrEqual(119);
    const late = await arrivals("ttft=150");
    expect(late.firstMs).toBeGreaterThanOrEqual(149);
    const paced = await arrivals("pace=30");
    expect(paced.lastMs).toBeGreaterThanOrEqual((paced.chunks - 1) * 29);
  });

  it("journals a caller who leaves a paced stream with the tokens that had gone out", async () => {
    const stream = await client.chat.completions.create({ model: "gpt-4o", messages: ask("hi"), stream: true }, simulate("pace=5,tokens=1000"));
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += Buffer.byteLength(chunk.choices[0]?.delta.content ?? "");
      if (bytes >= 40) break;
    }
    await expect.poll(() => simulator.journal().length).toBe(1);
    const [entry] = simulator.journal();
    expect(entry).toMatchObject({ outputTokensGenerated: 1000, completed: false, aborted: true, usageReported: false });
    expect(entry?.outputTokensSent).toBeGreaterThanOrEqual(10);
    expect(entry?.outputTokensSent).toBeLessThan(1000);
  });
});
