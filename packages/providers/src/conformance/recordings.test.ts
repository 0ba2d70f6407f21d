import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Relayed } from "../adapter.ts";
import { adapterFor } from "../registry.ts";
import { bodyOfBytes, byteByByte, callOf, extrasOf, relayAll, seededSplits, targetOf, whole } from "./harness.ts";

const DIRECTORY = process.env["RECORDINGS_DIR"];
/** Recordings of the three wires; others in the same folders belong to the Responses API. */
const PROVIDERS: Readonly<Record<string, string>> = { anthropic: "anthropic", google: "gemini", deepseek: "deepseek", mistral: "mistral", moonshotai: "openai", perplexity: "openai", "openai-compatible": "xai", xai: "xai", openai: "openai", azure: "openai" };
const SPEAKS: Readonly<Record<string, (text: string) => boolean>> = {
  anthropic: (text) => text.includes('"message_start"') || /"type":\s*"message"/.test(text),
  gemini: (text) => text.includes('"candidates"'),
  openai: (text) => text.includes('"choices"'),
};

interface Recording { readonly name: string; readonly provider: string; readonly text: string }

function recordings(ending: string): Recording[] {
  if (!DIRECTORY) return [];
  return Object.entries(PROVIDERS).filter(([folder]) => existsSync(join(DIRECTORY, folder))).flatMap(([folder, provider]) =>
    readdirSync(join(DIRECTORY, folder)).filter((file) => file.endsWith(ending))
      .map((file) => ({ name: `${folder}/${file}`, provider, text: readFileSync(join(DIRECTORY, folder, file), "utf8") }))
      .filter(({ text }) => (SPEAKS[adapterFor(provider).dialect] ?? (() => false))(text)));
}

function framed({ text, provider }: Recording): string {
  const frames = text.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const type = adapterFor(provider).dialect === "anthropic" ? `event: ${(JSON.parse(line) as { type: string }).type}\n` : "";
    return `${type}data: ${line}\n\n`;
  });
  return frames.join("") + (adapterFor(provider).dialect === "openai" ? "data: [DONE]\n\n" : "");
}

describe.skipIf(!DIRECTORY)("recordings of real providers (skipped where RECORDINGS_DIR is unset)", () => {
  const streams = recordings(".chunks.txt").flatMap((recording) => (["chat_completions", "messages"] as const).map((inbound) => ({ ...recording, inbound })));
  it.each(streams)("$name as a stream for $inbound: complete, metered, the same at every split", (recording) => {
    const bytes = Buffer.from(framed(recording));
    const run = (pieces: readonly Uint8Array[]): Relayed & { text: string } => {
      const call = callOf({ model: "m", max_tokens: 9, stream: true, messages: [{ role: "user", content: "x" }] }, { inbound: recording.inbound, wantsUsageChunk: true });
      return relayAll(adapterFor(recording.provider).relayStream(call, targetOf(recording.provider, "up"), extrasOf(recording.provider)), pieces);
    };
    const expected = run(whole(bytes));
    expect(expected.observation).toMatchObject({ failure: null, complete: true, usage: { basis: "reported" } });
    expect(expected.observation.finishReason).not.toBeNull();
    expect(run(seededSplits(bytes, 7)).text).toBe(expected.text);
    if (bytes.length < 100_000) expect(run(byteByByte(bytes)).text).toBe(expected.text);
  });

  const bodies = recordings(".json").flatMap((recording) => (["chat_completions", "messages"] as const).map((inbound) => ({ ...recording, inbound })));
  it.each(bodies)("$name as a body for $inbound: answered and metered", ({ text, provider, inbound }) => {
    const call = callOf({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "x" }] }, { inbound });
    const { bytes, observation } = adapterFor(provider).relayBody(call, Buffer.from(text), extrasOf(provider));
    expect(observation).toMatchObject({ failure: null, complete: true, usage: { basis: "reported" } });
    expect(bodyOfBytes(bytes)).toMatchObject({ provider, usage: { cost: expect.any(Number) } });
  });
});
