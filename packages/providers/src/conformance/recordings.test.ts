import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { replay, type Recording } from "./replay.ts";

/** A thousand frames, cut at each of them: a few seconds of pure work. */
const REPLAY_TIMEOUT_MS = 60_000;
const DIRECTORY = process.env["RECORDINGS_DIR"];

function recordingsBelow(directory: string): Recording[] {
  return readdirSync(directory).filter((folder) => statSync(join(directory, folder)).isDirectory()).flatMap((folder) =>
    readdirSync(join(directory, folder)).filter((file) => /\.(json|chunks\.txt|sse)$/.test(file)).map((file) => ({ name: `${folder}/${file}`, text: readFileSync(join(directory, folder, file), "utf8") })));
}

describe("answers as the providers document them", () => {
  it.each(recordingsBelow(join(import.meta.dirname, "__fixtures__/documented")))("$name says the same to callers of every API, at every framing, and never ends when cut", (recording) => {
    const { dialect, differences } = replay(recording);
    expect(dialect).not.toBeNull();
    expect(differences).toEqual([]);
  }, REPLAY_TIMEOUT_MS);
});

describe.skipIf(!DIRECTORY)("recordings of real providers (skipped where RECORDINGS_DIR is unset)", () => {
  it.each(DIRECTORY ? recordingsBelow(DIRECTORY) : [])("$name says the same to callers of both APIs, at every framing, and never ends when cut", (recording) => {
    expect(replay(recording).differences).toEqual([]);
  }, REPLAY_TIMEOUT_MS);
});

const CHUNKS = [{ delta: { role: "assistant", content: "Grüße" } }, { delta: { content: " ☕" } }, { delta: {}, finish_reason: "stop" }].map((choice) => ({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, finish_reason: null, ...choice }] }));
const stream = (chunks: readonly object[]): Recording => ({ name: "openai/x.chunks.txt", text: chunks.map((chunk) => JSON.stringify(chunk)).join("\n") });

describe("replay", () => {
  it("passes a good stream, with and without usage", () => {
    expect(replay(stream(CHUNKS))).toMatchObject({ dialect: "openai", differences: [] });
    expect(replay(stream([...CHUNKS, { id: "c", choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }])).differences).toEqual([]);
  });

  it("passes an error under 200 that is told as a failure", () => {
    expect(replay({ name: "openai/x.json", text: '{"choices":[],"error":{"message":"no"}}' })).toMatchObject({ dialect: "openai", differences: [] });
  });

  it("says what differs: a stream without an end, a body without an answer, usage that is none", () => {
    expect(replay(stream(CHUNKS.slice(0, 1))).differences).toEqual(expect.arrayContaining([expect.stringMatching(/^messages: finish reason|^messages: complete/)]));
    expect(replay({ name: "openai/x.json", text: '{"choices":[]}' }).differences).not.toEqual([]);
    expect(replay(stream([...CHUNKS, { id: "c", choices: [], usage: { prompt_tokens: -3, completion_tokens: 2 } }])).differences).toEqual(expect.arrayContaining([expect.stringContaining("usage")]));
  });

  it("leaves alone what no dialect speaks", () => {
    expect(replay({ name: "openai/x.json", text: '{"object":"list","output":[]}' })).toEqual({ name: "openai/x.json", dialect: null, checks: 0, differences: [], rows: [] });
  });
});
