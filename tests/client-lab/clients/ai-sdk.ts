import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenRouter } from "@openrouter/ai-sdk-provider";
import { APICallError, generateText, jsonSchema, Output, stepCountIs, streamText, tool, type LanguageModel } from "ai";
import { CITY_SCHEMA, OUTPUT_TOKENS_MAX, TOOL, type LabClient, type Target } from "../lab.ts";

type City = { city: string };
const schema = jsonSchema<City>({ ...CITY_SCHEMA, required: ["city"] });

/** `connect` gives the provider's model for a target. */
function aiSdkClient(name: string, connect: (target: Target) => LanguageModel): LabClient {
  const ask = (target: Target, prompt: string) => ({ model: connect(target), prompt, maxRetries: 0, maxOutputTokens: OUTPUT_TOKENS_MAX });
  return {
    name: `AI SDK, ${name}`,
    async say(target, prompt) {
      const { text, usage } = await generateText(ask(target, prompt));
      return { text, outputTokens: usage.outputTokens ?? null };
    },
    async stream(target, prompt) {
      const result = streamText({ ...ask(target, prompt), onError: () => {} });
      let pieces = 0;
      for await (const _piece of result.textStream) pieces++;
      return { text: await result.text, pieces, outputTokens: (await result.usage).outputTokens ?? null };
    },
    async useTool(target, { stream }) {
      const inputs: City[] = [];
      const weather = tool({ description: TOOL.description, inputSchema: schema, execute: (input) => { inputs.push(input); return TOOL.result; } });
      // The loop of the client itself sends the result back: two steps.
      const options = { ...ask(target, TOOL.question), tools: { [TOOL.name]: weather }, stopWhen: stepCountIs(2) };
      const result = stream ? streamText({ ...options, onError: () => {} }) : await generateText(options);
      const steps = await result.steps;
      return { name: steps[0]?.toolCalls[0]?.toolName ?? "", input: inputs[0], text: await result.text };
    },
    async object(target, prompt) {
      const { output } = await generateText({ ...ask(target, prompt), output: Output.object({ schema }) });
      return output;
    },
    async abort(target) {
      const controller = new AbortController();
      const result = streamText({ ...ask(target, "Count to a thousand."), abortSignal: controller.signal, onError: () => {} });
      for await (const _piece of result.textStream) controller.abort();
    },
    readFailure(error) {
      if (!APICallError.isInstance(error)) return { status: undefined, message: String(error), typed: false };
      // Its one class tells what to do by `isRetryable`.
      return { status: error.statusCode, message: error.message, typed: error.isRetryable === (error.statusCode === 429) };
    },
  };
}

export const aiSdkClients: readonly LabClient[] = [
  aiSdkClient("@ai-sdk/openai (Responses)", ({ gateway, key, model }) => createOpenAI({ apiKey: key, baseURL: `${gateway}/v1` })(model)),
  aiSdkClient("@ai-sdk/openai (Chat Completions)", ({ gateway, key, model }) => createOpenAI({ apiKey: key, baseURL: `${gateway}/v1` }).chat(model)),
  aiSdkClient("@ai-sdk/openai-compatible", ({ gateway, key, model }) => createOpenAICompatible({ name: "trunkline", apiKey: key, baseURL: `${gateway}/v1`, includeUsage: true, supportsStructuredOutputs: true })(model)),
  aiSdkClient("@ai-sdk/anthropic", ({ gateway, key, model }) => createAnthropic({ apiKey: key, baseURL: `${gateway}/v1` })(model)),
  aiSdkClient("@openrouter/ai-sdk-provider", ({ gateway, key, model }) => createOpenRouter({ apiKey: key, baseURL: `${gateway}/api/v1` })(model)),
];
