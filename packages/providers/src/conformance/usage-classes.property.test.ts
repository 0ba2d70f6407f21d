import fc from "fast-check";
import { usageClasses, type TokenUsage } from "@trunkline/contracts";
import type { JsonObject } from "@trunkline/protocol";
import { describe, expect, it } from "vitest";
import { usageFrom as anthropic } from "../dialects/anthropic/usage.ts";
import { usageFrom as bedrock } from "../dialects/bedrock/usage.ts";
import { usageFrom as gemini } from "../dialects/gemini/usage.ts";
import { usageFrom as openai } from "../dialects/openai/usage.ts";
import { usageFrom as responses } from "../dialects/responses/usage.ts";

const count = fc.integer({ min: 0, max: 500_000 });
/** A whole and parts of it that do not overlap. */
const divided = (parts: number) => fc.array(count, { minLength: parts, maxLength: parts });

const WIRES: Readonly<Record<string, { readonly told: fc.Arbitrary<{ readonly wire: JsonObject; readonly total: number }>; readonly read: (wire: JsonObject) => TokenUsage | null }>> = {
  anthropic: {
    read: anthropic,
    told: divided(6).map(([input = 0, read = 0, fiveMinutes = 0, hour = 0, output = 0, thinking = 0]) => ({
      total: input + read + fiveMinutes + hour + output + thinking,
      wire: { input_tokens: input, cache_read_input_tokens: read, cache_creation_input_tokens: fiveMinutes + hour, cache_creation: { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: hour }, output_tokens: output + thinking, output_tokens_details: { thinking_tokens: thinking }, server_tool_use: { web_search_requests: input % 3 }, service_tier: "standard" },
    })),
  },
  openai: {
    read: openai,
    told: divided(7).map(([text = 0, heard = 0, seen = 0, cached = 0, said = 0, spoken = 0, thought = 0]) => ({
      total: text + heard + seen + cached + said + spoken + thought,
      wire: { prompt_tokens: text + heard + seen + cached, completion_tokens: said + spoken + thought, total_tokens: text + heard + seen + cached + said + spoken + thought, prompt_tokens_details: { cached_tokens: cached, audio_tokens: heard, image_tokens: seen }, completion_tokens_details: { reasoning_tokens: thought, audio_tokens: spoken } },
    })).filter(({ wire }) => Number(wire["completion_tokens"]) > 0),
  },
  responses: {
    read: responses,
    told: divided(4).map(([input = 0, cached = 0, output = 0, thought = 0]) => ({
      total: input + cached + output + thought,
      wire: { usage: { input_tokens: input + cached, input_tokens_details: { cached_tokens: cached }, output_tokens: output + thought, output_tokens_details: { reasoning_tokens: thought }, total_tokens: input + cached + output + thought }, service_tier: "flex", output: [{ type: "web_search_call", action: { type: "search" } }, { type: "web_search_call", action: { type: "open_page" } }] },
    })),
  },
  gemini: {
    read: gemini,
    told: divided(7).map(([text = 0, heard = 0, cachedText = 0, cachedHeard = 0, said = 0, drawn = 0, thought = 0]) => ({
      total: text + heard + cachedText + cachedHeard + said + drawn + thought,
      wire: {
        promptTokenCount: text + heard + cachedText + cachedHeard, cachedContentTokenCount: cachedText + cachedHeard, candidatesTokenCount: said + drawn, thoughtsTokenCount: thought,
        promptTokensDetails: [{ modality: "TEXT", tokenCount: text + cachedText }, { modality: "AUDIO", tokenCount: heard + cachedHeard }], cacheTokensDetails: [{ modality: "AUDIO", tokenCount: cachedHeard }], candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: drawn }],
      },
    })),
  },
  bedrock: {
    read: bedrock,
    told: divided(5).map(([input = 0, read = 0, fiveMinutes = 0, hour = 0, output = 0]) => ({
      total: input + read + fiveMinutes + hour + output,
      wire: { inputTokens: input, cacheReadInputTokens: read, cacheWriteInputTokens: fiveMinutes + hour, cacheDetails: [{ ttl: "5m", inputTokens: fiveMinutes }, { ttl: "1h", inputTokens: hour }], outputTokens: output },
    })),
  },
};

describe.each(Object.entries(WIRES))("usage on the %s wire", (_name, { told, read }) => {
  it("is in disjoint classes that add up to the provider's total, every part within its class", () => {
    fc.assert(fc.property(told, ({ wire, total }) => {
      const usage = read(wire);
      expect(usage).not.toBeNull();
      if (!usage) return;
      const { webSearch: _calls, ...tokens } = usageClasses(usage);
      expect(Object.values(tokens).every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
      expect(Object.values(tokens).reduce((sum, value) => sum + value, 0)).toBe(total);
    }));
  });
});

describe("what providers price apart", () => {
  it("is told: writes of an hour, audio, images, searches and the tier", () => {
    expect(anthropic({ input_tokens: 5, output_tokens: 1, cache_creation_input_tokens: 9, cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 7 }, server_tool_use: { web_search_requests: 3 }, service_tier: "batch" })?.parts).toEqual({ cacheWrite1hTokens: 7, webSearches: 3, serviceTier: "batch" });
    expect(openai({ prompt_tokens: 10, completion_tokens: 8, prompt_tokens_details: { audio_tokens: 6 }, completion_tokens_details: { audio_tokens: 5 } }, "priority")?.parts).toEqual({ inputAudioTokens: 6, outputAudioTokens: 5, serviceTier: "priority" });
    expect(gemini({ promptTokenCount: 10, cachedContentTokenCount: 4, candidatesTokenCount: 7, promptTokensDetails: [{ modality: "AUDIO", tokenCount: 8 }], cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 3 }], candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 7 }] })?.parts).toEqual({ inputAudioTokens: 5, cacheReadAudioTokens: 3, outputImageTokens: 7 });
  });
  it("leaves an ordinary answer without parts", () => {
    expect(anthropic({ input_tokens: 5, output_tokens: 1, cache_creation_input_tokens: 9, cache_creation: { ephemeral_5m_input_tokens: 9, ephemeral_1h_input_tokens: 0 }, service_tier: "standard" })).not.toHaveProperty("parts");
    expect(openai({ prompt_tokens: 10, completion_tokens: 8, prompt_tokens_details: { audio_tokens: 0, cached_tokens: 0 } }, "default")).not.toHaveProperty("parts");
    expect(responses({ usage: { input_tokens: 1, output_tokens: 1 }, service_tier: "default", output: [] })).not.toHaveProperty("parts");
  });
});
