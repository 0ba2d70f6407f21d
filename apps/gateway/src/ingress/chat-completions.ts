import { estimateTokens } from "@trunkline/catalog";
import { parseChatRequest, type ChatRequest } from "@trunkline/protocol";
import type { Exchange, Inbound } from "../stages.ts";
import { isPlainChat } from "./plain-chat.ts";
import type { JsonBody } from "./read-body.ts";
import { readEndUser, readFacts, readMetadata, readSession } from "./read-facts.ts";
import { measureInput, readNeeds } from "./read-needs.ts";
import { chatCompletionsBodySchema } from "./request-fields.ts";
import { validate } from "./validate.ts";

/** A Responses body in the wrong place: Cursor sends one here for newer models. */
export const isResponsesBody = (body: JsonBody["body"]): boolean => body["input"] !== undefined && body["messages"] === undefined;

/** Chat Completions bytes → Inbound. Throws GatewayError caller.invalid_request. */
export function readChatCompletions(exchange: Exchange, { raw, body }: JsonBody): Inbound {
  const fields = isPlainChat(body) ? body : validate(chatCompletionsBodySchema, body);
  const input = measureInput(raw.byteLength, [fields.messages, fields.tools, fields["functions"], fields.response_format], estimateTokens);
  let hub: ChatRequest | null = null;
  return {
    exchange,
    call: {
      raw, body, inbound: "chat_completions", stream: fields.stream === true,
      wantsUsageChunk: fields.stream_options?.include_usage === true,
      hub: () => hub ??= parseChatRequest(body),
      requestId: exchange.requestId, createdAtSeconds: Math.floor(exchange.receivedAtMs / 1000),
    },
    facts: readFacts(fields, {
      inputTokens: input.likely,
      inputTokensMax: input.most,
      maxOutputTokens: fields.max_completion_tokens ?? fields.max_tokens ?? null,
      answers: fields.n ?? 1,
      needs: readNeeds({ messages: fields.messages, tools: fields.tools, response_format: fields.response_format, reasoning: fields.reasoning_effort != null && fields.reasoning_effort !== "none" }),
      endUser: readEndUser(exchange.headers, fields.user),
      sessionId: readSession(exchange.headers, fields, fields["prompt_cache_key"]),
      metadata: readMetadata(exchange.headers, fields.metadata),
    }),
  };
}
