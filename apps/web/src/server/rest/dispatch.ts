/** The management API's whole way of a request: find the operation, find who asks, check the input, answer; failures as RFC 9457 problems. */
import { faultSentence } from "@trunkline/contracts";
import { hashKey, matchesHash, parseKey } from "@trunkline/keys";
import { ConflictError, ForbiddenError, NotFoundError, UnprocessableError, type Actor } from "@trunkline/db/web";
import { z } from "zod";
import { checkInput } from "../check-input.ts";
import { refuseForeignOrigin } from "../origin.ts";
import { problem } from "../problem.ts";
import type { Services } from "../services.ts";
import { currentUser, sessionCookieName } from "../session.ts";
import { ALERT_OPERATIONS } from "./alerts.ts";
import { ANALYTICS_OPERATIONS } from "./analytics.ts";
import { CREDENTIAL_OPERATIONS } from "./provider-credentials.ts";
import { BILLING_OPERATIONS } from "./billing.ts";
import { runOnce } from "./idempotency.ts";
import type { Operation } from "./operation.ts";
import { RESOURCE_OPERATIONS } from "./resources.ts";

export const OPERATIONS: readonly Operation[] = [...RESOURCE_OPERATIONS, ...CREDENTIAL_OPERATIONS, ...ALERT_OPERATIONS, ...ANALYTICS_OPERATIONS, ...BILLING_OPERATIONS];
export const ORGANIZATION_HEADER = "x-trunkline-organization";
/** A preset of the largest size is far below. */
const BODY_CHARACTERS_MAX = 1_000_000;
/** Prisma: cannot reach, timed out, closed, pool exhausted. */
const AWAY = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2037", "ECONNREFUSED"]);

/** What a path names is looked up as it is. */
const PARAMETERS = z.record(z.string(), z.string());

/** Carries a finished answer out of a deeper step. */
class Refused extends Error {
  constructor(readonly response: Response) { super("refused"); }
}

const fail = (status: number, title: string, detail?: string): never => { throw new Refused(problem({ status, title, ...(detail === undefined ? {} : { detail }) })); };

export function matchPath(pattern: string, segments: readonly string[]): Record<string, string> | null {
  const parts = pattern.slice(1).split("/");
  if (parts.length !== segments.length) return null;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith("{")) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment) return null;
  }
  return parameters;
}

function findOperation(method: string, segments: readonly string[]): { operation: Operation; parameters: Record<string, string> } {
  const matches = OPERATIONS.flatMap((operation) => {
    const parameters = matchPath(operation.path, segments);
    return parameters ? [{ operation, parameters }] : [];
  }).sort((left, right) => Object.keys(left.parameters).length - Object.keys(right.parameters).length);
  const found = matches.find((match) => match.operation.method === method);
  if (found) return found;
  if (matches.length > 0) throw new Refused(problem({ status: 405, title: "Method not allowed", headers: { allow: matches.map((match) => match.operation.method).join(", ") } }));
  return fail(404, "Not found", "The operations are listed at /openapi.json.");
}

async function actorOfKey(key: string, { db, peppers }: Services): Promise<Actor> {
  const parsed = parseKey(key);
  if (parsed && parsed.kind !== "mgmt") return fail(403, "Wrong kind of key", "The management API takes a key that begins with tl_mgmt_; this one is for the gateway.");
  const record = parsed && (await db.organizations.findManagementKey(parsed.keyId));
  const pepper = record && peppers.get(record.pepperVersion);
  if (!parsed || !record || !pepper || !matchesHash(hashKey(parsed.whole, pepper), record.hash)) return fail(401, "Invalid management key", "Create one in the dashboard under Keys, or by the command line.");
  return record.actor;
}

const bearerOf = (request: Request): string | null => /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? request.headers.get("x-api-key");

/** What proved the caller to `actorOf`. */
const credentialOf = (request: Request): string => bearerOf(request) ?? (request.headers.get("cookie") ?? "").split("; ").find((cookie) => cookie.startsWith(`${sessionCookieName()}=`)) ?? "";

async function actorOf(request: Request, services: Services): Promise<Actor> {
  const bearer = bearerOf(request);
  if (bearer) return actorOfKey(bearer, services);
  const refused = refuseForeignOrigin(request);
  if (refused) throw new Refused(refused);
  const user = await currentUser();
  if (!user) return fail(401, "Not signed in", "Send a management key as Authorization: Bearer tl_mgmt_…");
  const slug = request.headers.get(ORGANIZATION_HEADER) ?? new URL(request.url).searchParams.get("organization") ?? (await services.db.accounts.listMemberships(user.id))[0]?.slug;
  return slug ? services.db.organizations.findActor(user.id, slug) : fail(404, "No such organization.");
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const { data, faults } = checkInput(schema, value);
  if (faults === null) return data;
  throw new Refused(problem({ status: 400, title: "Invalid request", detail: faults[0] ? faultSentence(faults[0]) : "The body is not valid.", errors: faults }));
}

async function readText(request: Request): Promise<string> {
  const text = await request.text();
  return text.length > BODY_CHARACTERS_MAX ? fail(413, "Too large") : text;
}

function parseBody(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return fail(400, "Invalid request", "The body is not JSON.");
  }
}

function toResponse(error: unknown): Response {
  if (error instanceof Refused) return error.response;
  if (error instanceof NotFoundError) return problem({ status: 404, title: "Not found", detail: error.message });
  if (error instanceof ForbiddenError) return problem({ status: 403, title: "Forbidden", detail: error.message });
  if (error instanceof ConflictError) return problem({ status: 409, title: "Conflict", detail: error.message });
  if (error instanceof UnprocessableError) return problem({ status: 422, title: "Unprocessable", detail: error.message });
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  if (AWAY.has(code)) return problem({ status: 503, title: "Database unavailable", detail: "Try again in a moment.", headers: { "retry-after": "5" } });
  console.error(JSON.stringify({ level: "error", message: "management request failed", reason: error instanceof Error ? error.name : "unknown", code }));
  return problem({ status: 500, title: "Internal error", detail: "Something failed on our side. Try again in a moment." });
}

export async function dispatchRest(request: Request, segments: readonly string[], services: Services): Promise<Response> {
  try {
    const { operation, parameters } = findOperation(request.method, segments);
    check(PARAMETERS, parameters);
    const actor = await actorOf(request, services);
    const query = operation.query && check(operation.query, Object.fromEntries(new URL(request.url).searchParams));
    const text = request.method === "GET" ? "" : await readText(request);
    const body = operation.body && check(operation.body, parseBody(text));
    const run = async (): Promise<Response> => {
      const answer = await operation.handle({ ...services, nowMs: Date.now(), actor, parameters, query, body });
      return answer instanceof Response ? answer : Response.json(answer, { status: operation.status, headers: { "cache-control": "no-store" } });
    };
    return await runOnce({ request, text, credential: credentialOf(request), run: () => run().catch(toResponse) });
  } catch (error) {
    return toResponse(error);
  }
}
