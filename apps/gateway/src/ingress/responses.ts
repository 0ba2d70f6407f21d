import { estimateTokens } from "@trunkline/catalog";
import { GatewayError } from "@trunkline/contracts";
import { chatFromResponses, isLostReference, lostReferenceText, type ChatFromResponses } from "@trunkline/protocol";
import type { Exchange, Inbound } from "../stages.ts";
import { readChatCompletions } from "./chat-completions.ts";
import type { JsonBody } from "./read-body.ts";
import { readEndUser, readFacts, readMetadata, readSession } from "./read-facts.ts";
import { measureInput, readNeeds } from "./read-needs.ts";
import { responsesBodySchema } from "./request-fields.ts";
import { validate } from "./validate.ts";

/** Members that ask for state that is not kept, or not here, each with what to do instead. A stored answer was put in front of `input` before. */
const STATEFUL: Readonly<Record<string, string>> = {
  previous_response_id: "a stored answer can be continued by POST /v1/responses alone. Send the whole conversation as `input` here, the earlier `output` items included.",
  conversation: "conversations are not stored by this gateway. Send the whole conversation as `input`.",
  prompt: "prompt templates of a provider's account cannot be reached through the gateway. Send the text as `instructions` and `input`.",
};

/** OpenAI Responses bytes → Inbound (https://platform.openai.com/docs/api-reference/responses/create). Throws GatewayError caller.invalid_request. */
export function readResponses(exchange: Exchange, { raw, body }: JsonBody): Inbound {
  const fields = validate(responsesBodySchema, body);
  for (const param in STATEFUL) if (body[param] != null) throw new GatewayError("caller.invalid_request", `\`${param}\`: ${STATEFUL[param]}`, { param });
  if (fields.background === true) throw new GatewayError("caller.invalid_request", "`background`: there is nothing to fetch a background response from. Leave it out and stream instead.", { param: "background" });
  const items = typeof fields.input === "string" ? [] : fields.input;
  const lost = items.findIndex(isLostReference);
  if (lost >= 0) throw new GatewayError("caller.invalid_request", lostReferenceText(`input[${lost}]`), { param: `input[${lost}]` });
  const format = fields.text?.format;
  const tokens = measureInput(raw.byteLength, [fields.input, fields.instructions, fields.tools, format], estimateTokens);
  let hub: ChatFromResponses | null = null;
  const carried = (): ChatFromResponses => hub ??= chatFromResponses(body);
  return {
    exchange,
    call: {
      raw, body, inbound: "responses", stream: fields.stream === true, wantsUsageChunk: true,
      hub: () => carried().request, hubLosses: () => [...(fields.store === true ? ["dropped:store"] : []), ...carried().losses],
      requestId: exchange.requestId, createdAtSeconds: Math.floor(exchange.receivedAtMs / 1000),
    },
    facts: readFacts(fields, {
      inputTokens: tokens.likely,
      inputTokensMax: tokens.most,
      answers: 1,
      maxOutputTokens: fields.max_output_tokens ?? null,
      needs: readNeeds({ messages: items.flatMap(contents), tools: fields.tools?.filter(isCallable), response_format: format, reasoning: fields.reasoning?.effort != null && fields.reasoning.effort !== "none" }),
      endUser: readEndUser(exchange.headers, fields.user ?? fields.safety_identifier),
      sessionId: readSession(exchange.headers, fields, body["prompt_cache_key"]),
      metadata: readMetadata(exchange.headers, fields.metadata),
    }),
  };
}

/** Where parts that need an ability can be: a message's content, and what a tool returned. */
function contents(item: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(item["output"]) ? [{ content: item["output"] }] : [item];
}

/** What a provider runs itself asks nothing of the model that serves instead. */
const isCallable = (tool: Readonly<Record<string, unknown>>): boolean => tool["type"] === "function" || tool["type"] === "custom";

/** The same body sent to Chat Completions, as Cursor does for newer models: its reader expects the Chat wire, so it is turned into a Chat body whole. */
export function readResponsesAsChat(exchange: Exchange, json: JsonBody): Inbound {
  const inbound = readResponses(exchange, json);
  const shared = Object.fromEntries(SHARED.flatMap((name) => json.body[name] === undefined ? [] : [[name, json.body[name]]]));
  const body = { ...inbound.call.hub(), ...shared };
  const losses = inbound.call.hubLosses;
  const chat = readChatCompletions(exchange, { raw: Buffer.from(JSON.stringify(body)), body });
  return { ...chat, facts: { ...chat.facts, needs: inbound.facts.needs }, call: { ...chat.call, ...(losses ? { hubLosses: losses } : {}) } };
}

/** Members that both wires have, and the gateway's own. */
const SHARED = ["stream_options", "metadata", "prompt_cache_key", "models", "routing_preset", "provider", "routing", "session_id"] as const;
