import { estimateTokens } from "@trunkline/catalog";
import { chatFromCompletions, completionsLosses, type ChatRequest } from "@trunkline/protocol";
import type { Exchange, Inbound } from "../stages.ts";
import type { JsonBody } from "./read-body.ts";
import { readEndUser, readFacts, readMetadata, readSession } from "./read-facts.ts";
import { measureInput } from "./read-needs.ts";
import { completionsBodySchema } from "./request-fields.ts";
import { validate } from "./validate.ts";

/** Legacy Completions bytes → Inbound. Throws GatewayError caller.invalid_request. */
export function readCompletions(exchange: Exchange, { raw, body }: JsonBody): Inbound {
  const fields = validate(completionsBodySchema, body);
  const input = measureInput(raw.byteLength, [fields.prompt, fields.suffix], estimateTokens);
  const prompts = Array.isArray(fields.prompt) && typeof fields.prompt[0] !== "number" ? fields.prompt.length : 1;
  let hub: ChatRequest | null = null;
  return {
    exchange,
    call: {
      raw, body, inbound: "completions", stream: fields.stream === true, wantsUsageChunk: fields.stream_options?.include_usage === true,
      hub: () => hub ??= chatFromCompletions(body), hubLosses: () => completionsLosses(body),
      requestId: exchange.requestId, createdAtSeconds: Math.floor(exchange.receivedAtMs / 1000),
    },
    facts: readFacts(fields, {
      inputTokens: input.likely, inputTokensMax: input.most, maxOutputTokens: fields.max_tokens ?? null, answers: prompts * Math.max(fields.n ?? 1, fields.best_of ?? 1), needs: [],
      endUser: readEndUser(exchange.headers, fields.user), sessionId: readSession(exchange.headers, fields, undefined), metadata: readMetadata(exchange.headers, fields.metadata),
    }),
  };
}
