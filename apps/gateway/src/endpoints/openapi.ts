import { ERROR_CODES } from "@trunkline/contracts";
import { z } from "zod";

export interface DocumentedBodies { readonly chatCompletions: z.ZodType; readonly messages: z.ZodType; readonly responses: z.ZodType; readonly embeddings: z.ZodType; readonly completions: z.ZodType; readonly countTokens: z.ZodType }

const json = (schema: unknown): Record<string, unknown> => ({ "application/json": { schema } });
const ok = (description: string): Record<string, unknown> => ({ description, content: json({ type: "object", additionalProperties: true }) });
const answer = (description: string): Record<string, unknown> => ({ description, content: { ...json({ type: "object", additionalProperties: true }), "text/event-stream": { schema: { type: "string", description: "When `stream` is true." } } } });
const parameter = (name: string, place: "path" | "query"): Record<string, unknown> => ({ name, in: place, required: true, schema: { type: "string" } });

/** The whole error table: one response a status, with the codes that can come with it. */
function errorResponses(): Record<string, unknown> {
  const byStatus = new Map<number, string[]>();
  for (const [code, { status }] of Object.entries(ERROR_CODES)) byStatus.set(status, [...byStatus.get(status) ?? [], code]);
  const entries = [...byStatus].map(([status, codes]) => [String(status), { description: codes.join(", "), content: json({ $ref: "#/components/schemas/Error" }), headers: { "x-should-retry": { schema: { type: "boolean" } } } }] as const);
  return Object.fromEntries(entries);
}

const REPEAT_HEADERS = [
  { name: "idempotency-key", in: "header", required: false, schema: { type: "string", minLength: 1, maxLength: 255 }, description: "The same key and body join the call in flight or get its answer again, for a day; billed once." },
  { name: "last-event-id", in: "header", required: false, schema: { type: "string" }, description: "With `idempotency-key`: the id of the last event of the stream that arrived. The answer is what follows it; 400 where it is not kept, and nothing is run." },
] as const;

/** The document at /openapi.json, generated from the schemas that validate the requests. */
export function openapiDocument(bodies: DocumentedBodies): Record<string, unknown> {
  const body = (schema: z.ZodType): Record<string, unknown> => ({ required: true, content: json(z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" })) });
  const errors = errorResponses();
  const post = (summary: string, requestBody: unknown): Record<string, unknown> => ({ post: { summary, requestBody, responses: { 200: answer("The answer, in the wire of the endpoint."), ...errors } } });
  const repeatable = (summary: string, requestBody: unknown): Record<string, unknown> => ({ post: { summary, parameters: REPEAT_HEADERS, requestBody, responses: { 200: answer("The answer, in the wire of the endpoint."), ...errors } } });
  const get = (summary: string, parameters: readonly unknown[] = []): Record<string, unknown> => ({ get: { summary, parameters, responses: { 200: ok(summary), ...errors } } });
  return {
    openapi: "3.1.0",
    info: { title: "Trunkline gateway", version: "1", description: "One API key for every model of every provider. The same paths answer under /v1, /api/v1, /openai/v1 and /anthropic/v1." },
    servers: [{ url: "/v1" }],
    security: [{ bearer: [] }, { xApiKey: [] }, { apiKey: [] }],
    paths: {
      "/chat/completions": repeatable("Chat Completions for any model", body(bodies.chatCompletions)),
      "/messages": repeatable("Anthropic Messages for any model", body(bodies.messages)),
      "/responses": repeatable("OpenAI Responses for any model; `previous_response_id` where the organization keeps answers (`responseRetentionDays`)", body(bodies.responses)),
      "/responses/{id}": { ...get("A stored answer of the Responses API", [parameter("id", "path")]), delete: { summary: "Delete a stored answer; what continued it can no longer be continued", parameters: [parameter("id", "path")], responses: { 200: ok("Deleted."), ...errors } } },
      "/responses/{id}/input_items": get("What a stored answer was asked with, newest first", [parameter("id", "path")]),
      "/completions": repeatable("Legacy text completions for any model", body(bodies.completions)),
      "/embeddings": repeatable("Embeddings of texts, as floats or base64", body(bodies.embeddings)),
      "/messages/count_tokens": post("Input tokens of a Messages body: counted by the Claude host that would serve it, else estimated; `basis` says which", body(bodies.countTokens)),
      "/route/explain": post("The whole routing decision for a body, without calling anybody", body(z.union([bodies.chatCompletions, bodies.messages, bodies.responses]))),
      "/models": get("Models with prices"),
      "/models/{author}/{slug}": get("One model", [parameter("author", "path"), parameter("slug", "path")]),
      "/models/{author}/{slug}/endpoints": get("Providers and prices of one model", [parameter("author", "path"), parameter("slug", "path")]),
      "/key": get("The key of this request and the budgets that bind it"),
      "/credits": get("Spending of the organization"),
      "/generations/{id}": get("The receipt of one request; `signed_receipt` about a second after it was booked", [parameter("id", "path")]),
      "/generation": get("The receipt of one request", [parameter("id", "query")]),
      "/.well-known/receipt-keys.json": { get: { summary: "Public keys that receipts are signed with (JWK set, Ed25519); needs no key", security: [], servers: [{ url: "/" }], responses: { 200: ok("The keys, newest first.") } } },
    },
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" }, xApiKey: { type: "apiKey", in: "header", name: "x-api-key" }, apiKey: { type: "apiKey", in: "header", name: "api-key" } },
      schemas: { Error: { type: "object", required: ["error"], properties: { error: { type: "object", required: ["message", "type", "code"], properties: { message: { type: "string" }, type: { type: "string" }, code: { type: "string", enum: Object.keys(ERROR_CODES) }, param: { type: ["string", "null"] }, metadata: { type: "object" } } } } } },
    },
  };
}
