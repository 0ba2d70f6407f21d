import { estimateTokens } from "@trunkline/catalog";
import { GatewayError } from "@trunkline/contracts";
import type { ChatRequest } from "@trunkline/protocol";
import type { Exchange, Inbound } from "../stages.ts";
import type { JsonBody } from "./read-body.ts";
import { readEndUser, readFacts, readMetadata, readSession } from "./read-facts.ts";
import { embeddingsBodySchema, type EmbeddingsBody } from "./request-fields.ts";
import { validate } from "./validate.ts";

/**
 * OpenAI Embeddings bytes → Inbound (https://platform.openai.com/docs/api-reference/embeddings/create). Vectors of two models cannot be compared, so one
 * model is named, no preset chooses, and a fallback is another provider of that model. Throws GatewayError caller.invalid_request.
 */
export function readEmbeddings(exchange: Exchange, { raw, body }: JsonBody): Inbound {
  const fields = validate(embeddingsBodySchema, body);
  if (fields.model === "auto" || fields.model.startsWith("@preset/")) throw new GatewayError("caller.invalid_request", "`model`: name one embedding model. Vectors of different models cannot be compared, so none is chosen for you.", { param: "model" });
  const { likely, most } = inputTokens(fields.input);
  return {
    exchange,
    call: { raw, body, inbound: "embeddings", stream: false, wantsUsageChunk: true, hub: noHub, requestId: exchange.requestId, createdAtSeconds: Math.floor(exchange.receivedAtMs / 1000) },
    facts: readFacts({ model: fields.model, provider: fields.provider, routing: fields.routing, session_id: fields.session_id, stream: false, models: null, routing_preset: null, temperature: null, top_p: null, tools: null }, {
      inputTokens: likely, inputTokensMax: most, answers: 1, maxOutputTokens: 0, needs: ["embedding"],
      endUser: readEndUser(exchange.headers, fields.user), sessionId: readSession(exchange.headers, fields, undefined), metadata: readMetadata(exchange.headers, fields.metadata),
    }),
  };
}

/** A token array is its own count; text has at least one byte a token. */
function inputTokens(input: EmbeddingsBody["input"]): { readonly likely: number; readonly most: number } {
  let bytes = 0;
  let tokens = 0;
  for (const item of typeof input === "string" ? [input] : input) {
    if (typeof item === "string") bytes += Buffer.byteLength(item);
    else tokens += typeof item === "number" ? 1 : item.length;
  }
  return { likely: estimateTokens(bytes) + tokens, most: bytes + tokens };
}

/** Embeddings have no conversation. */
function noHub(): ChatRequest {
  throw new GatewayError("caller.invalid_request", "This provider has no embeddings. Name an embedding model; GET /v1/models lists all.", { param: "model" });
}
