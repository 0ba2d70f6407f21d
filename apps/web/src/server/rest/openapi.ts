import { z } from "zod";
import { answerOf } from "./answers/answer-of.ts";
import { OPERATIONS, ORGANIZATION_HEADER } from "./dispatch.ts";
import type { Operation } from "./operation.ts";

type Json = Record<string, unknown>;
const jsonSchema = (schema: z.ZodType, io: "input" | "output" = "input"): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  return rest;
};

function queryParameters(operation: Operation): Json[] {
  if (!operation.query) return [];
  const { properties, required } = jsonSchema(operation.query) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties ?? {}).map(([name, schema]) => ({ name, in: "query", required: required?.includes(name) ?? false, schema }));
}

/** `format=csv`, by which an answer comes as a table. */
const isCsvChoice = ({ name, schema }: Json): boolean => name === "format" && ((schema as { enum?: readonly string[] }).enum ?? []).includes("csv");

function describe(operation: Operation): Json {
  const path = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => ({ name: match[1], in: "path", required: true, schema: { type: "string" } }));
  const query = queryParameters(operation);
  return {
    operationId: operation.id, summary: operation.summary, parameters: [...path, ...query, { $ref: "#/components/parameters/organization" }, ...(operation.method === "POST" ? [{ $ref: "#/components/parameters/idempotencyKey" }] : [])],
    ...(operation.body ? { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(operation.body) } } } } : {}),
    responses: {
      [operation.status]: { description: "Done", content: { "application/json": { schema: jsonSchema(answerOf(operation.id), "output") }, ...(query.some(isCsvChoice) ? { "text/csv": { schema: { type: "string" } } } : {}) } },
      default: { description: "A problem (RFC 9457)", content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } },
    },
  };
}

/** OpenAPI 3.1 of the management API, from the schemas that check the requests. */
export function openApiDocument(publicWebUrl: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  return {
    openapi: "3.1.0", info: { title: "Trunkline management API", version: "1" }, servers: [{ url: new URL("/api/v1", publicWebUrl).href }],
    security: [{ managementKey: [] }, { session: [] }], paths,
    components: {
      securitySchemes: { managementKey: { type: "http", scheme: "bearer", description: "tl_mgmt_…" }, session: { type: "apiKey", in: "cookie", name: "authjs.session-token" } },
      parameters: {
        idempotencyKey: { name: "idempotency-key", in: "header", required: false, description: "1 to 255 characters. Sent again with the same body within a day, the first answer comes again (idempotent-replayed: true); 409 while the first one runs, 422 with another body", schema: { type: "string", minLength: 1, maxLength: 255 } },
        organization: { name: ORGANIZATION_HEADER, in: "header", required: false, description: "Slug; sessions with several organizations only", schema: { type: "string" } },
      },
      schemas: { Problem: { type: "object", required: ["type", "title", "status"], properties: { type: { type: "string" }, title: { type: "string" }, status: { type: "integer" }, detail: { type: "string" }, errors: { type: "array", items: { type: "object", properties: { path: { type: "string" }, message: { type: "string" } } } } } } },
    },
  };
}
