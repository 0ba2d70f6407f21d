import { afterAll, beforeAll, expect, it } from "vitest";
import { chat, Stack } from "../stack.ts";

let stack: Stack;
beforeAll(async () => { stack = await Stack.start(); });
afterAll(() => stack.stop());

const response_format = (strict: boolean) => ({ type: "json_schema", json_schema: { name: "said", strict, schema: { type: "object", properties: { wrong_form: { type: "string" } }, required: ["wrong_form"], additionalProperties: false } } });
const ordered = { "x-simulate": "wrong_form" };

it("a strict schema that nobody keeps ends as any failure does: 502, every attempt told, nothing charged", async () => {
  const key = await stack.issueKey();
  const response = await stack.post("/chat/completions", chat({ model: "openai/gpt-5-mini", models: ["openai/gpt-5-mini", "anthropic/claude-haiku-4.5"], provider: { only: ["openai", "anthropic"] }, response_format: response_format(true) }), { key, headers: ordered });
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error: { code: "upstream.failed", metadata: { attempts: [{ class: "form_violation" }, { class: "form_violation" }] } } });
  const [event] = await stack.eventsSoon(key, 1);
  expect([event?.status, event?.chargeNanoUsd, event?.attempts.every(({ costNanoUsd }) => BigInt(costNanoUsd) > 0n)]).toEqual(["failed", "0", true]);
});

it("a schema that is no promise is advice: a field of another type is the caller's to judge", async () => {
  const key = await stack.issueKey();
  const response = await stack.post("/chat/completions", chat({ model: "openai/gpt-5-mini", response_format: response_format(false) }), { key, headers: ordered });
  expect([response.status, response.headers.get("x-trunkline-attempts")]).toEqual([200, "1"]);
});
