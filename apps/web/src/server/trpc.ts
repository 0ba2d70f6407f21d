/** tRPC's roots. Authorisation lives in the data layer; `memberProcedure` only finds out who acts and on which project. */
import { initTRPC, TRPCError } from "@trpc/server";
import { faultSentence } from "@trunkline/contracts";
import { z } from "zod";
import type { Kv } from "@trunkline/kv";
import type { VersionedSecrets } from "@trunkline/keys";
import { ConflictError, ForbiddenError, NotFoundError, UnprocessableError, type UserRecord, type WebDb } from "@trunkline/db/web";
import { unstorableText } from "./check-input.ts";

/** Everything a procedure may reach; built per request from the services and the session. */
export interface TrpcContext {
  readonly db: WebDb;
  readonly kv: Pick<Kv, "publish">;
  readonly peppers: VersionedSecrets;
  readonly user: UserRecord | null;
  readonly gatewayUrl: string;
  readonly nowMs: () => number;
  /** Where the call came from, for the audit log; absent where that is not known. */
  readonly address?: string | undefined;
  /** The session's own token: tells which of a person's sessions is this one. Never goes out. */
  readonly sessionToken?: string | undefined;
}

/** A stream is authorised when it begins: so often the client begins anew. */
const STREAM_MS_MAX = 10 * 60_000;
/** Below the idle limit of common proxies; a client that hears nothing for three of them begins anew. */
const STREAM_PING_MS = 15_000;

const trpc = initTRPC.context<TrpcContext>().create({ sse: { maxDurationMs: STREAM_MS_MAX, ping: { enabled: true, intervalMs: STREAM_PING_MS }, client: { reconnectAfterInactivityMs: 3 * STREAM_PING_MS } } });
export const router = trpc.router;
export const createCaller = trpc.createCallerFactory;

const CODES = [[NotFoundError, "NOT_FOUND"], [ForbiddenError, "FORBIDDEN"], [ConflictError, "CONFLICT"], [UnprocessableError, "UNPROCESSABLE_CONTENT"]] as const;

/** Errors of the data layer become tRPC codes; anything else is hidden behind one sentence. */
const translated = trpc.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  const known = CODES.find(([type]) => cause instanceof type);
  if (known) throw new TRPCError({ code: known[1], message: cause?.message ?? "", cause });
  if (result.error.code === "INTERNAL_SERVER_ERROR") {
    console.error(JSON.stringify({ level: "error", message: "procedure failed", reason: cause?.name ?? result.error.name, detail: "code" in (cause ?? {}) ? String((cause as { code?: unknown }).code) : undefined }));
    throw new TRPCError({ code: "INTERNAL_SERVER_ERROR", message: "Something failed on our side. Try again in a moment." });
  }
  return result;
});

/** Schemas allow texts that cannot be stored; without this they would fail in the database, as a fault of ours. */
const storable = trpc.middleware(async ({ getRawInput, next }) => {
  const fault = unstorableText(await getRawInput());
  if (fault) throw new TRPCError({ code: "BAD_REQUEST", message: faultSentence(fault) });
  return next();
});

export const publicProcedure = trpc.procedure.use(translated).use(storable);

export const userProcedure = publicProcedure.use(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." });
  return next({ ctx: { ...ctx, user: ctx.user } });
});

const SLUG_LENGTH_MAX = 80;
export const scopeSchema = z.object({ organization: z.string().min(1).max(SLUG_LENGTH_MAX), project: z.string().min(1).max(SLUG_LENGTH_MAX) });

/** Adds `actor` and `project`; a foreign or absent organization or project is NOT_FOUND alike. */
export const memberProcedure = userProcedure.input(scopeSchema).use(async ({ ctx, input, next }) => {
  const actor = { ...(await ctx.db.organizations.findActor(ctx.user.id, input.organization)), address: ctx.address };
  const project = await ctx.db.organizations.findProject(actor, input.project);
  return next({ ctx: { ...ctx, actor, project } });
});
