import { estimateTokens } from "@trunkline/catalog";
import { chatFromMessages, type ChatRequest } from "@trunkline/protocol";
import type { Exchange, Inbound } from "../stages.ts";
import type { JsonBody } from "./read-body.ts";
import { readEndUser, readFacts, readMetadata, readSession } from "./read-facts.ts";
import { measureInput, readNeeds } from "./read-needs.ts";
import { countTokensBodySchema, messagesBodySchema } from "./request-fields.ts";
import { validate } from "./validate.ts";

/** Claude Code puts account and session into one user id: `user_<hash>_account_<id>_session_<uuid>`. */
const SESSION_IN_USER = /_session_([0-9a-f-]{8,64})$/i;

/** Anthropic Messages bytes → Inbound (https://docs.anthropic.com/en/api/messages). Throws GatewayError caller.invalid_request. */
export function readMessages(exchange: Exchange, { raw, body }: JsonBody): Inbound {
  const fields = validate(messagesBodySchema, body);
  const input = measureInput(raw.byteLength, [fields.messages, fields.system, fields.tools], estimateTokens);
  const userId = fields.metadata?.user_id ?? null;
  let hub: ChatRequest | null = null;
  return {
    exchange,
    call: {
      raw, body, inbound: "messages", stream: fields.stream === true, wantsUsageChunk: true,
      inboundHeaders: versionHeaders(exchange.headers),
      hub: () => hub ??= chatFromMessages(body),
      requestId: exchange.requestId, createdAtSeconds: Math.floor(exchange.receivedAtMs / 1000),
    },
    facts: readFacts(fields, {
      inputTokens: input.likely,
      inputTokensMax: input.most,
      answers: 1,
      maxOutputTokens: fields.max_tokens,
      needs: readNeeds({ messages: fields.messages, tools: fields.tools, reasoning: fields.thinking != null && fields.thinking.type !== "disabled" }),
      endUser: readEndUser(exchange.headers, userId),
      sessionId: readSession(exchange.headers, fields, SESSION_IN_USER.exec(userId ?? "")?.[1]),
      metadata: readMetadata(exchange.headers, fields.metadata),
    }),
  };
}

/** The same without what only an answer needs. */
export function readCountTokens(exchange: Exchange, { raw, body }: JsonBody): Inbound {
  validate(countTokensBodySchema, body);
  return readMessages(exchange, { raw, body: { max_tokens: 1, ...body } });
}

/** An Anthropic upstream gets them byte for byte. */
function versionHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(["anthropic-version", "anthropic-beta"].flatMap((name) => headers[name] === undefined ? [] : [[name, headers[name]]]));
}
