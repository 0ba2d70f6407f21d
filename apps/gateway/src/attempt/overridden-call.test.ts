import type { Call } from "@trunkline/providers";
import { expect, it } from "vitest";
import { overriddenCall } from "./overridden-call.ts";

const callOf = (body: Record<string, unknown>, inbound: Call["inbound"] = "chat_completions"): Call => ({
  raw: Buffer.from(JSON.stringify(body)), inbound, stream: false, wantsUsageChunk: false, body, requestId: "req_1", createdAtSeconds: 0,
  hub: () => { throw new Error("the caller's own form is not asked for"); },
});
const messages = [{ role: "user", content: "hi" }];

it("sends the preset's parameters in bytes, fields and hub form, and leaves the caller's call alone", () => {
  const call = callOf({ model: "m", messages, temperature: 1, max_tokens: 900 });
  const changed = overriddenCall(call, { temperature: 0.2, max_tokens: 50 });
  expect(JSON.parse(Buffer.from(changed.raw).toString())).toEqual({ model: "m", messages, temperature: 0.2, max_tokens: 50 });
  expect(changed.hub()).toBeDefined();
  expect(call.body).toMatchObject({ temperature: 1, max_tokens: 900 });
});

it("limits the output by the name the caller used", () => {
  expect(overriddenCall(callOf({ messages, max_completion_tokens: 900 }), { max_tokens: 50 }).body).toEqual({ messages, max_completion_tokens: 50 });
  expect(overriddenCall(callOf({ messages, max_tokens: 900 }, "messages"), { max_tokens: 50 }).body).toMatchObject({ max_tokens: 50 });
});
