/**
 * Decides whether an answer may be continued by another provider after its stream broke, and makes the call that asks for the rest: the
 * conversation with the text delivered so far as the assistant's beginning. Plain text only: half a tool call or half a JSON document
 * has no agreed way to go on.
 */
import { estimateTokens } from "@trunkline/catalog";
import { chatFromMessages, parseChatRequest, type ChatRequest } from "@trunkline/protocol";
import type { Call } from "@trunkline/providers";
import type { RoutedCall } from "../../stages.ts";

export function isContinuable({ plan, call, facts }: Pick<RoutedCall, "plan" | "call" | "facts">): boolean {
  return plan.continues && call.stream && (call.inbound === "chat_completions" || call.inbound === "messages") && facts.answers === 1 && facts.needs.every((need) => need === "vision" || need === "pdf")
    && call.body["tools"] === undefined && call.body["functions"] === undefined;
}

const LIMITS = ["max_tokens", "max_completion_tokens"] as const;

/** A beginning must not end in white space (Anthropic refuses it): what was cut off the end is not to be delivered twice. */
export function continuedCall(call: Call, text: string): Call {
  const beginning = { role: "assistant", content: text.trimEnd() };
  const messages = Array.isArray(call.body["messages"]) ? [...call.body["messages"], beginning] : [beginning];
  const body: Record<string, unknown> = { ...call.body, messages };
  const delivered = estimateTokens(Buffer.byteLength(text));
  for (const name of LIMITS) {
    const limit = body[name];
    if (typeof limit === "number") body[name] = Math.max(1, limit - delivered);
  }
  let hub: ChatRequest | null = null;
  return { ...call, body, raw: Buffer.from(JSON.stringify(body)), hub: () => hub ??= call.inbound === "messages" ? chatFromMessages(body) : parseChatRequest(body) };
}
