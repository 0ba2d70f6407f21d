import type { JsonObject } from "@trunkline/protocol";
import { PROBE } from "./matrix-requests.ts";

/** Stands for a count of tokens, which every wire writes in the same digits. */
const COUNT = 1717;

/** One thing that an answer may hold, as each wire writes it; a wire that is absent has no place for it. */
export interface AnswerRow {
  readonly title: string;
  readonly wires: Readonly<Partial<Record<"openai" | "responses" | "anthropic" | "gemini" | "bedrock" | "cohere" | "replicate", JsonObject>>>;
  /** The forms it has on the callers' wires; absent: the probe itself. */
  readonly seen?: readonly string[];
}

const chat = (message: JsonObject, more: JsonObject = {}, finish = "stop"): JsonObject => ({ id: "c1", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: null, ...message }, finish_reason: finish, ...more }], usage: { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 } });
const responses = (output: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({ id: "resp_1", object: "response", created_at: 1, status: "completed", model: "m", output, usage: { input_tokens: 5, output_tokens: 5, total_tokens: 10 }, ...more });
const said = (part: JsonObject): JsonObject => ({ type: "message", id: "msg_1", role: "assistant", status: "completed", content: [part] });
const message = (content: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({ id: "msg_1", type: "message", role: "assistant", model: "m", content, stop_reason: "end_turn", stop_sequence: null, usage: { input_tokens: 5, output_tokens: 5 }, ...more });
const candidate = (parts: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({ candidates: [{ content: { role: "model", parts }, finishReason: "STOP", index: 0, ...more }], usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 5, totalTokenCount: 10 }, modelVersion: "m" });
const converse = (content: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({ output: { message: { role: "assistant", content } }, stopReason: "end_turn", usage: { inputTokens: 5, outputTokens: 5, totalTokens: 10 }, ...more });
const cohere = (given: JsonObject, more: JsonObject = {}): JsonObject => ({ id: "c1", message: { role: "assistant", ...given }, finish_reason: "COMPLETE", usage: { billed_units: { input_tokens: 5, output_tokens: 5 } }, ...more });
const prediction = (given: JsonObject): JsonObject => ({ id: "abcdefgh1234", status: "succeeded", output: ["ok"], metrics: { input_token_count: 5, output_token_count: 5 }, ...given });

const TEXT = { type: "text", text: "ok" } as const;
const chatCall = (name: string, json: string): JsonObject => ({ id: `t_${name}`, type: "function", function: { name, arguments: json } });
const callRow = (title: string, json: string, input: JsonObject, seen: readonly string[]): AnswerRow => ({
  title, seen, wires: {
    openai: chat({ tool_calls: [chatCall("f1", json), chatCall("f2", json)] }, {}, "tool_calls"),
    responses: responses(["f1", "f2"].map((name) => ({ type: "function_call", id: `fc_${name}`, call_id: `t_${name}`, name, arguments: json, status: "completed" }))),
    anthropic: message(["f1", "f2"].map((name) => ({ type: "tool_use", id: `t_${name}`, name, input })), { stop_reason: "tool_use" }),
    gemini: candidate(["f1", "f2"].map((name) => ({ functionCall: { name, args: input } }))),
    bedrock: converse(["f1", "f2"].map((name) => ({ toolUse: { toolUseId: `t_${name}`, name, input } })), { stopReason: "tool_use" }),
    cohere: cohere({ tool_calls: ["f1", "f2"].map((name) => chatCall(name, json)) }, { finish_reason: "TOOL_CALL" }),
  },
});
const usageRow = (title: string, wires: AnswerRow["wires"]): AnswerRow => ({ title, wires, seen: [`:${COUNT}`] });

export const ANSWER_ROWS: readonly AnswerRow[] = [
  { title: "text", wires: { replicate: prediction({ output: [PROBE] }), openai: chat({ content: PROBE }), responses: responses([said({ type: "output_text", text: PROBE, annotations: [] })]), anthropic: message([{ type: "text", text: PROBE }]), gemini: candidate([{ text: PROBE }]), bedrock: converse([{ text: PROBE }]), cohere: cohere({ content: [{ type: "text", text: PROBE }] }) } },
  callRow("parallel calls with arguments", `{"a":"${PROBE}"}`, { a: PROBE }, [PROBE]),
  callRow("calls without arguments", "", {}, ['"arguments":"{}"', '"input":{}', '"arguments":""']),
  { title: "thinking as text", wires: { openai: chat({ content: "ok", reasoning_content: PROBE }), responses: responses([{ type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: PROBE }] }, said({ type: "output_text", text: "ok", annotations: [] })]), anthropic: message([{ type: "thinking", thinking: PROBE, signature: "s" }, TEXT]), gemini: candidate([{ text: PROBE, thought: true }, { text: "ok" }]), bedrock: converse([{ reasoningContent: { reasoningText: { text: PROBE, signature: "s" } } }, { text: "ok" }]), cohere: cohere({ content: [{ type: "thinking", thinking: PROBE }, TEXT] }) } },
  { title: "thinking's signature or encrypted state", wires: { responses: responses([{ type: "reasoning", id: "rs_1", summary: [], encrypted_content: PROBE }, said({ type: "output_text", text: "ok", annotations: [] })]), anthropic: message([{ type: "thinking", thinking: "hm", signature: PROBE }, TEXT]), gemini: candidate([{ functionCall: { name: "f1", args: {} }, thoughtSignature: PROBE }]), bedrock: converse([{ reasoningContent: { reasoningText: { text: "hm", signature: PROBE } } }, { text: "ok" }]) } },
  { title: "redacted thinking", wires: { anthropic: message([{ type: "redacted_thinking", data: PROBE }, TEXT]), bedrock: converse([{ reasoningContent: { redactedContent: PROBE } }, { text: "ok" }]) } },
  { title: "a picture that the model made", wires: { openai: chat({ content: "ok", images: [{ type: "image_url", image_url: { url: `data:image/png;base64,${PROBE}` } }] }), gemini: candidate([{ text: "ok" }, { inlineData: { mimeType: "image/png", data: PROBE } }]) } },
  { title: "a free-text call", seen: [PROBE], wires: { openai: chat({ tool_calls: [{ id: "t1", type: "custom", custom: { name: "f1", input: PROBE } }] }, {}, "tool_calls"), responses: responses([{ type: "custom_tool_call", id: "ctc_1", call_id: "t1", name: "f1", input: PROBE, status: "completed" }]) } },
  { title: "refusal in words", wires: { openai: chat({ refusal: PROBE }), responses: responses([said({ type: "refusal", refusal: PROBE })]), anthropic: message([], { stop_reason: "refusal", stop_details: { explanation: PROBE } }) } },
  { title: "citations with an address", wires: { openai: chat({ content: "ok", annotations: [{ type: "url_citation", url_citation: { start_index: 0, end_index: 2, title: "T", url: `https://${PROBE}.test` } }] }), responses: responses([said({ type: "output_text", text: "ok", annotations: [{ type: "url_citation", start_index: 0, end_index: 2, title: "T", url: `https://${PROBE}.test` }] })]), anthropic: message([{ type: "text", text: "ok", citations: [{ type: "web_search_result_location", url: `https://${PROBE}.test`, title: "T", cited_text: "c", encrypted_index: "e" }] }]), gemini: candidate([{ text: "ok" }], { groundingMetadata: { groundingChunks: [{ web: { uri: `https://${PROBE}.test`, title: "T" } }], groundingSupports: [{ segment: { startIndex: 0, endIndex: 2, text: "ok" }, groundingChunkIndices: [0] }] } }), cohere: cohere({ content: [TEXT], citations: [{ start: 0, end: 2, text: "ok", sources: [{ type: "document", id: "d1", document: { url: `https://${PROBE}.test`, title: "T" } }] }] }) } },
  { title: "logprobs", wires: { openai: chat({ content: "ok" }, { logprobs: { content: [{ token: PROBE, logprob: -0.5, bytes: null, top_logprobs: [] }], refusal: null } }) } },
  { title: "a second answer", wires: { openai: { ...chat({ content: "ok" }), choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }, { index: 1, message: { role: "assistant", content: PROBE }, finish_reason: "stop" }] } } },
  { title: "end at the output limit", wires: { replicate: prediction({ input: { max_tokens: 5 } }), openai: chat({ content: "ok" }, {}, "length"), responses: responses([said({ type: "output_text", text: "ok", annotations: [] })], { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }), anthropic: message([TEXT], { stop_reason: "max_tokens" }), gemini: candidate([{ text: "ok" }], { finishReason: "MAX_TOKENS" }), bedrock: converse([{ text: "ok" }], { stopReason: "max_tokens" }), cohere: cohere({ content: [TEXT] }, { finish_reason: "MAX_TOKENS" }) }, seen: ['"finish_reason":"length"', '"stop_reason":"max_tokens"', '"reason":"max_output_tokens"'] },
  { title: "end by a content filter", wires: { openai: chat({ content: "ok" }, {}, "content_filter"), responses: responses([said({ type: "output_text", text: "ok", annotations: [] })], { status: "incomplete", incomplete_details: { reason: "content_filter" } }), anthropic: message([TEXT], { stop_reason: "refusal" }), gemini: candidate([{ text: "ok" }], { finishReason: "SAFETY" }), bedrock: converse([{ text: "ok" }], { stopReason: "guardrail_intervened" }) }, seen: ['"finish_reason":"content_filter"', '"stop_reason":"refusal"', '"reason":"content_filter"'] },
  usageRow("usage: cache reads", { openai: { ...chat({ content: "ok" }), usage: { prompt_tokens: 2000, completion_tokens: 5, total_tokens: 2005, prompt_tokens_details: { cached_tokens: COUNT } } }, responses: responses([said({ type: "output_text", text: "ok", annotations: [] })], { usage: { input_tokens: 2000, output_tokens: 5, total_tokens: 2005, input_tokens_details: { cached_tokens: COUNT } } }), anthropic: message([TEXT], { usage: { input_tokens: 5, output_tokens: 5, cache_read_input_tokens: COUNT } }), gemini: { ...candidate([{ text: "ok" }]), usageMetadata: { promptTokenCount: 2000, candidatesTokenCount: 5, totalTokenCount: 2005, cachedContentTokenCount: COUNT } }, bedrock: converse([{ text: "ok" }], { usage: { inputTokens: 5, outputTokens: 5, totalTokens: 10, cacheReadInputTokens: COUNT } }) }),
  usageRow("usage: cache writes", { anthropic: message([TEXT], { usage: { input_tokens: 5, output_tokens: 5, cache_creation_input_tokens: COUNT } }), bedrock: converse([{ text: "ok" }], { usage: { inputTokens: 5, outputTokens: 5, totalTokens: 10, cacheWriteInputTokens: COUNT } }) }),
  usageRow("usage: output", { replicate: prediction({ metrics: { input_token_count: 5, output_token_count: COUNT } }), openai: { ...chat({ content: "ok" }), usage: { prompt_tokens: 5, completion_tokens: COUNT, total_tokens: COUNT + 5 } }, responses: responses([said({ type: "output_text", text: "ok", annotations: [] })], { usage: { input_tokens: 5, output_tokens: COUNT, total_tokens: COUNT + 5 } }), anthropic: message([TEXT], { usage: { input_tokens: 5, output_tokens: COUNT } }), gemini: { ...candidate([{ text: "ok" }]), usageMetadata: { promptTokenCount: 5, candidatesTokenCount: COUNT, totalTokenCount: COUNT + 5 } }, bedrock: converse([{ text: "ok" }], { usage: { inputTokens: 5, outputTokens: COUNT, totalTokens: COUNT + 5 } }), cohere: cohere({ content: [TEXT] }, { usage: { billed_units: { input_tokens: 5, output_tokens: COUNT } } }) }),
];
