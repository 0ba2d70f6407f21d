/** One call of the playground: who may make it, with which key, and the gateway's answer passed on as it comes. */
import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { ForbiddenError, NotFoundError } from "@trunkline/db/web";
import { z } from "zod";
import { webEnv } from "../env.ts";
import { issueKey } from "./issue-key.ts";
import { createPlaygroundKeys, PLAYGROUND_KEY_NAME } from "./playground-keys.ts";
import { problem } from "./problem.ts";
import { publishChange } from "./publish.ts";
import { services } from "./services.ts";
import { currentUser } from "./session.ts";
import { scopeSchema } from "./trpc.ts";

/** A conversation with a few pictures; the gateway's own bound is larger. */
const BODY_BYTES_MAX = 20_000_000;
const KEY_REFUSED = 401;
/** What nginx calls a client that went away; nobody reads it. */
const CALLER_LEFT = 499;
const input = scopeSchema.extend({ mode: z.enum(["live", "test"]), request: z.record(z.string(), z.unknown()), /** What the gateway would do, without doing it. */ explain: z.boolean().default(false) });

const holder = globalThis as typeof globalThis & { trunklinePlaygroundKeys?: ReturnType<typeof createPlaygroundKeys> };
const keys = (holder.trunklinePlaygroundKeys ??= createPlaygroundKeys({
  nowMs: Date.now,
  issue: async ({ actor, projectId, mode }, expiresAt) => {
    const { db, peppers, kv } = services();
    const { row, secret } = await issueKey(db, peppers, { actor, projectId, input: { name: PLAYGROUND_KEY_NAME, kind: mode, expiresAt: expiresAt.toISOString() } });
    await publishChange(kv, INVALIDATION_TOPICS.apiKey, row.keyId);
    return secret;
  },
}));

async function readInput(request: Request): Promise<z.infer<typeof input> | Response> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_BYTES_MAX) return problem({ status: 413, title: "Too large", detail: "A playground request may hold 20 MB: use smaller pictures." });
  const parsed = input.safeParse(await request.json().catch(() => undefined));
  return parsed.success ? parsed.data : problem({ status: 400, title: "Invalid request", detail: parsed.error.issues[0]?.message ?? "Send a JSON object." });
}

/** What the page shows of an answer; nothing else of the gateway's headers goes out. */
const PASSED = ["content-type", "request-id", "x-trunkline-provider", "x-trunkline-model", "x-trunkline-preset", "x-trunkline-attempts", "x-trunkline-losses", "x-should-retry", "retry-after"];

function passOn(answer: Response): Response {
  const headers = new Headers({ "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" });
  for (const name of PASSED) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(answer.body, { status: answer.status, headers });
}

/** The caller who leaves is gone for the gateway too: it stops the provider. */
export async function servePlayground(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return problem({ status: 401, title: "Sign in first", detail: "Your session has ended. Sign in again." });
  const asked = await readInput(request);
  if (asked instanceof Response) return asked;
  try {
    const { organizations } = services().db;
    const actor = await organizations.findActor(user.id, asked.organization);
    const project = await organizations.findProject(actor, asked.project);
    const caller = { actor, projectId: project.id, mode: asked.mode };
    const call = async (): Promise<Response> => fetch(new URL(asked.explain ? "/v1/route/explain" : "/v1/chat/completions", webEnv().PUBLIC_GATEWAY_URL), {
      method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${await keys.keyOf(caller)}` }, body: JSON.stringify(asked.request), signal: request.signal,
    });
    const answer = await call();
    if (answer.status !== KEY_REFUSED) return passOn(answer);
    keys.forget(caller);
    return passOn(await call());
  } catch (error) {
    if (error instanceof ForbiddenError) return problem({ status: 403, title: "Not allowed", detail: "The playground makes a key, which your role may not. Ask an owner or admin to make you a developer." });
    if (error instanceof NotFoundError) return problem({ status: 404, title: "Not found", detail: error.message });
    if (request.signal.aborted) return new Response(null, { status: CALLER_LEFT });
    return problem({ status: 503, title: "No answer", detail: "The gateway did not answer. Check that it is running, then try again." });
  }
}
