import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "@trunkline/testkit/simulator";
import { createSimulator } from "@trunkline/testkit/simulator";

interface Answer {
  candidates: { content: { parts: { text?: string; thought?: boolean; functionCall?: { name: string; args: unknown } }[] }; finishReason?: string }[];
  usageMetadata: { promptTokenCount: number; candidatesTokenCount: number; totalTokenCount: number; thoughtsTokenCount?: number; cachedContentTokenCount?: number };
  responseId: string;
}

let simulator: Simulator;

beforeAll(async () => { simulator = await createSimulator({ port: 0 }); });
afterAll(() => simulator.close());

const ASK = { contents: [{ role: "user", parts: [{ text: "How is the weather in São Paulo?" }] }] };

function post(operation: string, body: object, order?: string): Promise<Response> {
  return fetch(`${simulator.url}/gemini/v1beta/models/gemini-2.5-flash:${operation}`, {
    method: "POST", headers: { "content-type": "application/json", ...(order === undefined ? {} : { "x-simulate": order }) }, body: JSON.stringify(body),
  });
}

async function generate(body: object): Promise<Answer> {
  return (await (await post("generateContent", body)).json()) as Answer;
}

const textOf = (answers: Answer[]): string => answers.map((answer) => answer.candidates[0]?.content.parts.map((part) => part.text ?? "").join("") ?? "").join("");

describe("the generateContent wire", () => {
  it("streams as CRLF server-sent events the very text and usage of the plain answer", async () => {
    const plain = await generate(ASK);
    const response = await post("streamGenerateContent?alt=sse", ASK);
    const frames = (await response.text()).split("\r\n\r\n");
    expect(frames.pop()).toBe("");
    const events = frames.map((frame) => JSON.parse(frame.slice("data: ".length)) as Answer);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(textOf(events)).toBe(textOf([plain]));
    expect(events.at(-1)).toMatchObject({ usageMetadata: plain.usageMetadata, candidates: [{ finishReason: "STOP" }] });
  });

  it("streams one JSON array without alt=sse, as the API does", async () => {
    const events = (await (await post("streamGenerateContent", ASK)).json()) as Answer[];
    expect(textOf(events)).toBe(textOf([await generate(ASK)]));
  });

  it("calls a declared function by its upper-case schema, and answers in text after its response", async () => {
    const tools = [{ functionDeclarations: [{ name: "weather", parameters: { type: "OBJECT", properties: { city: { type: "STRING" }, days: { type: "INTEGER", minimum: 2 } }, required: ["city", "days"] } }] }];
    const called = await generate({ ...ASK, tools });
    expect(called.candidates[0]?.content.parts[0]?.functionCall).toMatchObject({ name: "weather", args: { city: "São Paulo", days: 2 } });
    const after = await generate({ contents: [...ASK.contents, called.candidates[0]?.content, { role: "user", parts: [{ functionResponse: { name: "weather", response: { sky: "rain" } } }] }].map((content) => ({ role: "model", ...content })), tools });
    expect(after.candidates[0]?.content.parts[0]?.text).toBeTypeOf("string");
  });

  it("answers JSON by responseSchema, counts thoughts apart, and cached content within the prompt", async () => {
    const json = await generate({ ...ASK, generationConfig: { responseMimeType: "application/json", responseSchema: { type: "OBJECT", properties: { ok: { type: "BOOLEAN" } }, required: ["ok"] } } });
    expect(JSON.parse(textOf([json]))).toEqual({ ok: true });
    const thinking = await generate({ ...ASK, generationConfig: { thinkingConfig: { includeThoughts: true } } });
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = thinking.usageMetadata;
    expect(thinking.candidates[0]?.content.parts[0]?.thought).toBe(true);
    expect(promptTokenCount + candidatesTokenCount + (thoughtsTokenCount ?? 0)).toBe(totalTokenCount);
    const cached = await generate({ ...ASK, cachedContent: "cachedContents/x" });
    expect(cached.usageMetadata).toMatchObject({ cachedContentTokenCount: 2048, promptTokenCount: 2048 + promptTokenCount });
  });

  it("ends with MAX_TOKENS at maxOutputTokens and never reports more", async () => {
    const short = await generate({ ...ASK, generationConfig: { maxOutputTokens: 3 } });
    expect(short.candidates[0]?.finishReason).toBe("MAX_TOKENS");
    expect(short.usageMetadata.candidatesTokenCount).toBeLessThanOrEqual(3);
  });

  it("fails in Google's error shape, with RetryInfo where a wait is ordered", async () => {
    const response = await post("generateContent", ASK, "status=429,retry_after=2");
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({ error: { code: 429, status: "RESOURCE_EXHAUSTED", details: [{ retryDelay: "2s" }] } });
    expect(await (await post("streamGenerateContent?alt=sse", ASK, "overloaded_first")).text()).toContain(`"status":"UNAVAILABLE"`);
    const cut = await post("streamGenerateContent?alt=sse", ASK, "cut@16");
    await expect(cut.text()).rejects.toThrow();
    expect(simulator.journal().at(-1)).toMatchObject({ wire: "gemini", outputTokensSent: 16, completed: false });
  });

  it("counts tokens as the answer then reports them", async () => {
    const counted = (await (await post("countTokens", ASK)).json()) as { totalTokens: number };
    expect(counted.totalTokens).toBe((await generate(ASK)).usageMetadata.promptTokenCount);
  });
});
