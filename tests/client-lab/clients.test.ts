import { afterEach, describe, expect, inject, it } from "vitest";
import { aiSdkClients } from "./clients/ai-sdk.ts";
import { anthropicClients } from "./clients/anthropic.ts";
import { langChainClients } from "./clients/langchain.ts";
import { llamaIndex } from "./clients/llamaindex.ts";
import { openaiChat, openaiResponses } from "./clients/openai.ts";
import { openrouter } from "./clients/openrouter.ts";
import { Outside, TOOL, type LabClient, type Target } from "./lab.ts";

const CLIENTS: readonly LabClient[] = [openaiChat, openaiResponses, ...anthropicClients, ...aiSdkClients, openrouter, ...langChainClients, llamaIndex];
/** One model of each family of wires. */
const MODELS = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"];
const lab = inject("lab");
const outside = new Outside(lab);
const at = (model: string, key = lab.keys.working): Target => ({ gateway: lab.gateway, key, model });

afterEach(() => outside.order(null));

describe.each(CLIENTS)("$name", (client) => {
  describe.each(MODELS)("on %s", (model) => {
    it("reads a plain answer and counts its tokens", async () => {
      const { text, outputTokens } = await client.say(at(model), "Say hello to Bergen.");
      expect(text).toContain("Bergen");
      expect(outputTokens).not.toBe(0);
    });

    it("reads a stream in pieces, up to its end", async () => {
      const { text, pieces, outputTokens } = await client.stream(at(model), "Say hello to Bergen.");
      expect(text).toContain("Bergen");
      expect(pieces).toBeGreaterThan(1);
      expect(outputTokens).not.toBe(0);
    });

    it.each([false, true])("calls a tool and sends its result back (stream: %s)", async (stream) => {
      const { name, input, text } = await client.useTool(at(model), { stream });
      expect([name, input]).toEqual([TOOL.name, { city: "Oslo" }]);
      expect(text).toContain("The tool has answered");
    });

    it.runIf(client.object)("gets an object of the schema asked for", async () => {
      expect(await client.object?.(at(model), "Name a city, such as Oslo.")).toEqual({ city: "Oslo" });
    });

    it("leaves a stream, and what was said until then is settled", async () => {
      await outside.order("tokens=300,pace=5");
      await outside.forget();
      await client.abort(at(model));
      const [call] = await expect.poll(() => outside.journal(), { timeout: 10_000 }).toHaveLength(1).then(() => outside.journal());
      // Google bills a stream to its end though nobody reads it, so it is read.
      const stops = !model.startsWith("google/");
      expect(call).toMatchObject({ aborted: stops });
      expect((call?.outputTokensSent ?? 300) < 300).toBe(stops);
      const receipt = await expect.poll(() => outside.receipt(call?.requestId ?? ""), { timeout: 10_000 }).not.toBeNull().then(() => outside.receipt(call?.requestId ?? ""));
      expect(receipt).toMatchObject({ cancelled: true });
    });
  });

  const failure = async (target: Target) => client.readFailure(await client.say(target, "Hi.").then(() => new Error("it answered"), (error: unknown) => error));

  it("throws its own error for a mistyped key", async () => {
    expect(await failure(at("openai/gpt-5-mini", lab.keys.mistyped))).toMatchObject({ status: 401, typed: true });
  });

  it("throws its own error for an unknown model, with the nearest names", async () => {
    expect(await failure(at("openai/gpt-5-minni"))).toMatchObject({ status: 404, typed: true, message: expect.stringContaining("gpt-5-mini") as string });
  });

  it("throws its own error for a budget that is used up", async () => {
    expect(await failure(at("openai/gpt-5-mini", lab.keys.spent))).toMatchObject({ status: 402, typed: true, message: expect.stringContaining("budget") as string });
  });

  it("throws its own error for too many requests a minute", async () => {
    await failure(at("openai/gpt-5-mini", lab.keys.limited));
    expect(await failure(at("openai/gpt-5-mini", lab.keys.limited))).toMatchObject({ status: 429, typed: true });
  });
});
