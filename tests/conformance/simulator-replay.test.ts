import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Framing, ReplayServer } from "@trunkline/testkit/simulator";
import { createReplayServer, createSimulator, framesOf } from "@trunkline/testkit/simulator";

let server: ReplayServer;
beforeAll(async () => { server = await createReplayServer(); });
afterAll(() => server.close());

const FRAMINGS: [string, Framing][] = [["whole", "whole"], ["byte by byte", "bytes"], ["at seeded splits", { seed: 11 }]];

const CHUNKS = ["Grüße", " aus", " 東京 ☕"].map((content, index) => JSON.stringify({
  id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m",
  choices: [{ index: 0, delta: index === 0 ? { role: "assistant", content } : { content }, finish_reason: index === 2 ? "stop" : null }],
}));

async function readOpenai(baseURL: string): Promise<string> {
  const client = new OpenAI({ apiKey: "any", baseURL, maxRetries: 0 });
  let text = "";
  for await (const chunk of await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "hi" }], stream: true })) {
    text += chunk.choices[0]?.delta.content ?? "";
  }
  return text;
}

describe.each(FRAMINGS)("a recording replayed %s", (_name, framing) => {
  it.each(["\n", "\r\n"] as const)("reads the same through the official client with line ends %j", async (lineEnd) => {
    const replay = server.serve({ kind: "stream", framing, stream: { wire: "openai", lines: CHUNKS, lineEnd } });
    expect(await readOpenai(replay.baseUrl)).toBe("Grüße aus 東京 ☕");
    expect(replay.requests[0]).toMatchObject({ method: "POST", target: "/chat/completions" });
    expect(JSON.parse(replay.requests[0]?.body ?? "")).toMatchObject({ model: "m", stream: true });
  });
});

it("cut at any frame before the last, breaks the connection", async () => {
  const frames = framesOf({ wire: "openai", lines: CHUNKS }).length;
  for (let cutAfterFrames = 0; cutAfterFrames < frames; cutAfterFrames += 1) {
    const replay = server.serve({ kind: "stream", framing: { cutAfterFrames }, stream: { wire: "openai", lines: CHUNKS } });
    await expect(readOpenai(replay.baseUrl)).rejects.toThrow();
  }
});

it("replays a whole body with its status", async () => {
  const replay = server.serve({ kind: "body", status: 429, body: JSON.stringify({ error: { message: "slow down" } }) });
  await expect(readOpenai(replay.baseUrl)).rejects.toBeInstanceOf(OpenAI.RateLimitError);
});

it("replays what the simulator itself streamed", async () => {
  const simulator = await createSimulator({ port: 0 });
  const body = { model: "c", max_tokens: 100, messages: [{ role: "user" as const, content: "hi" }] };
  const recorded = await (await fetch(`${simulator.url}/anthropic/v1/messages`, { method: "POST", headers: { "anthropic-version": "2023-06-01" }, body: JSON.stringify({ ...body, stream: true }) })).text();
  await simulator.close();
  const lines = recorded.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice("data: ".length));
  expect(framesOf({ wire: "anthropic", lines }).join("")).toBe(recorded);
});

const folder = process.env["RECORDINGS_DIR"];
const recordings = folder === undefined ? [] : readdirSync(join(folder, "anthropic")).filter((name) => name.endsWith(".chunks.txt"));

describe.skipIf(folder === undefined)("recordings of RECORDINGS_DIR (skipped where it is unset)", () => {
  it.each(recordings)("anthropic/%s reads the same whole and at seeded splits", async (name) => {
    const lines = readFileSync(join(folder ?? "", "anthropic", name), "utf8").split("\n");
    const read = async (framing: Framing): Promise<unknown> => {
      const replay = server.serve({ kind: "stream", framing, stream: { wire: "anthropic", lines } });
      const client = new Anthropic({ apiKey: "any", baseURL: replay.baseUrl, maxRetries: 0 });
      const events: unknown[] = [];
      for await (const event of await client.messages.create({ model: "m", max_tokens: 1, stream: true, messages: [{ role: "user", content: "x" }] })) events.push(event);
      return events;
    };
    const whole = await read("whole");
    expect(whole).not.toEqual([]);
    expect(await read({ seed: 3 })).toEqual(whole);
  });
});
