import Anthropic from "@anthropic-ai/sdk";
import { OpenRouter } from "@openrouter/sdk";
import OpenAI from "openai";
import { expect, inject, it } from "vitest";
import { Outside } from "./lab.ts";

const { gateway, simulator, keys } = inject("lab");
const KNOWN = ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5", "google/gemini-2.5-flash"];
const openrouter = new OpenRouter({ apiKey: keys.working, serverURL: `${gateway}/api/v1`, retryConfig: { strategy: "none" } });

async function idsOf(pages: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of pages) ids.push(id);
  return ids;
}

it("lists the same models to the OpenAI client, Anthropic's and OpenRouter's", async () => {
  const openai = await idsOf(new OpenAI({ apiKey: keys.working, baseURL: `${gateway}/v1` }).models.list());
  const anthropic = await idsOf(new Anthropic({ apiKey: keys.working, baseURL: gateway }).models.list());
  const listed = await openrouter.models.list() as unknown as { result: { data: readonly { id: string }[] } };
  expect(openai).toEqual(expect.arrayContaining(KNOWN));
  expect(anthropic).toEqual(openai);
  expect(listed.result.data.map((model) => model.id)).toEqual(openai);
});

it("ends a stream that broke in a chunk with an error that OpenRouter's client reads", async () => {
  const outside = new Outside({ gateway, simulator, keys });
  await outside.order("tokens=200,cut@20");
  try {
    const stream = await openrouter.chat.send({ chatRequest: { model: "openai/gpt-5-mini", routing: { fallbacks: false }, stream: true, messages: [{ role: "user", content: "Hi" }] } as never }) as unknown as AsyncIterable<{ error?: { code: number; message: string } }>;
    const errors: { code: number; message: string }[] = [];
    for await (const chunk of stream) if (chunk.error) errors.push(chunk.error);
    expect(errors).toEqual([{ code: 502, message: expect.stringContaining("broke") as string }]);
  } finally {
    await outside.order(null);
  }
});
