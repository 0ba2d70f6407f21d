/**
 * Decides whether an answer may be continued by another provider after its stream broke, and makes the call that asks for the rest: the
 * conversation with the text delivered so far as the assistant's beginning. Plain text only: half a tool call or half a JSON document
 * has no agreed way to go on.
 */
import { estimateTokens } from "@trunkline/catalog";
import { chatFromMessages, parseChatRequest, type ChatMessage, type ChatRequest } from "@trunkline/protocol";
import type { Call } from "@trunkline/providers";
import type { RoutedCall } from "../../stages.ts";

const APIS = ["chat_completions", "messages", "responses", "completions"] as const;
/** Whose answers are text that can be gone on from. */
export type ContinuableApi = (typeof APIS)[number];
export const continuableApi = ({ inbound }: Pick<Call, "inbound">): ContinuableApi | null => APIS.find((api) => api === inbound) ?? null;

export function isContinuable({ plan, call, facts }: Pick<RoutedCall, "plan" | "call" | "facts">): boolean {
  return plan.continues && call.stream && continuableApi(call) !== null && facts.answers === 1 && facts.needs.every((need) => need === "vision" || need === "pdf")
    && call.body["tools"] === undefined && call.body["functions"] === undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const LIMITS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const;

/** A beginning must not end in white space (Anthropic refuses it): what was cut off the end is not to be delivered twice. `mark`: how the next provider is told that it is one. */
export function continuedCall(call: Call, text: string, mark: Fields = {}): Call {
  const beginning = { role: "assistant" as const, content: text.trimEnd(), ...mark };
  const left = withWhatIsLeft(estimateTokens(Buffer.byteLength(text)));
  const body = left(bodyWith(call, beginning));
  let hub: ChatRequest | null = null;
  return { ...call, body, raw: Buffer.from(JSON.stringify(body)), hub: () => hub ??= hubWith(call, { body, beginning, left }) };
}

const withWhatIsLeft = (delivered: number) => <Of extends Fields>(fields: Of): Of => {
  const limits: Record<string, unknown> = {};
  for (const name of LIMITS) if (typeof fields[name] === "number") limits[name] = Math.max(1, fields[name] - delivered);
  return { ...fields, ...limits };
};

/** The caller's own wire with the beginning at its end; a mark is known to the Chat wire alone. */
function bodyWith({ inbound, body }: Call, marking: ChatMessage): Fields {
  const beginning = inbound === "chat_completions" ? marking : { role: marking.role, content: marking.content };
  if (inbound === "completions") return { ...body, prompt: `${[body["prompt"]].flat().join("")}${String(beginning.content)}` };
  if (inbound === "responses") return { ...body, input: [...(Array.isArray(body["input"]) ? body["input"] as readonly unknown[] : [{ role: "user", content: body["input"] }]), beginning] };
  return { ...body, messages: Array.isArray(body["messages"]) ? [...body["messages"] as readonly unknown[], beginning] : [beginning] };
}

/** Where the wire has no conversation of its own, what its prompt means is kept, and the beginning is the model's. */
function hubWith({ inbound, hub }: Call, { body, beginning, left }: { readonly body: Fields; readonly beginning: ChatMessage; readonly left: <Of extends Fields>(fields: Of) => Of }): ChatRequest {
  if (inbound === "messages") return marked(chatFromMessages(body), beginning);
  if (inbound === "chat_completions") return parseChatRequest(body);
  const asked = hub();
  return left({ ...asked, messages: [...asked.messages, beginning] });
}

/** Translated like any other message, the beginning has lost its mark. */
const marked = (request: ChatRequest, beginning: ChatMessage): ChatRequest => ({ ...request, messages: [...request.messages.slice(0, -1), { ...request.messages.at(-1), ...beginning }] });
