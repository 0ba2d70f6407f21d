/**
 * `Idempotency-Key` on POST: the same key with the same body runs once and is answered alike for a day. Answers below 500 are kept;
 * a failure of ours is not, so that a repeat runs again. Kept answers can hold a new key's secret, so they are encrypted with what the
 * caller presents: the store alone opens none of them, and no other caller can ask for one.
 * Statuses as in the IETF draft on the header: 400 malformed, 409 still running, 422 another body.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { createReplayStore, DependencyUnavailable, type ReplayStore } from "@trunkline/kv";
import { webEnv } from "../../env.ts";
import { problem } from "../problem.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEEP_MS = 86_400_000;
/** No operation runs longer: statements of the database end after 15 s. */
const CLAIM_MS = 60_000;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

interface Kept { readonly fingerprint: string; readonly status: number; readonly type: string; readonly body: string }

export interface RepeatableCall {
  readonly request: Request;
  /** The body as it came. */
  readonly text: string;
  /** What proves the caller: a management key or a session. Never stored. */
  readonly credential: string;
  readonly run: () => Promise<Response>;
}

const holder = globalThis as typeof globalThis & { trunklineReplays?: ReplayStore };
const sharedStore = (): ReplayStore => (holder.trunklineReplays ??= createReplayStore({ redisUrl: webEnv().REDIS_URL }));

/** Runs the call, or repeats its answer with `idempotent-replayed: true`. Without the header, or on another method than POST, it just runs. */
export async function runOnce({ request, text, credential, run }: RepeatableCall, store: () => ReplayStore = sharedStore): Promise<Response> {
  const header = request.method === "POST" ? request.headers.get("idempotency-key") : null;
  if (header === null) return run();
  if (!KEY.test(header)) return problem({ status: 400, title: "Invalid request", detail: "Idempotency-Key: send 1 to 255 visible ASCII characters." });
  const { pathname, search } = new URL(request.url);
  const subject = JSON.stringify([pathname, search, header]);
  const name = createHash("sha256").update(JSON.stringify([credential, subject])).digest("hex");
  const lock = createHmac("sha256", credential).update(subject).digest();
  const fingerprint = createHash("sha256").update(text).digest("hex");
  try {
    const claim = await store().claim(name, CLAIM_MS);
    if (claim.state === "running") return problem({ status: 409, title: "Still running", detail: "A request with this Idempotency-Key is under way. Repeat it in a moment.", headers: { "retry-after": "1" } });
    if (claim.state === "done") return replay(open(claim.value, lock), fingerprint);
    return await runClaimed({ store: store(), name, lock, fingerprint, run });
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return problem({ status: 503, title: "Store unavailable", detail: "Whether this Idempotency-Key was used cannot be told right now, so nothing was done. Try again in a moment.", headers: { "retry-after": "5" } });
  }
}

async function runClaimed({ store, name, lock, fingerprint, run }: { store: ReplayStore; name: string; lock: Buffer; fingerprint: string; run: () => Promise<Response> }): Promise<Response> {
  let response: Response;
  try {
    response = await run();
  } catch (error) {
    await store.release(name).catch(() => {});
    throw error;
  }
  // What was done is done: a store that went away meanwhile must not turn it into an error. The claim lapses by itself.
  const after = response.status >= 500
    ? store.release(name)
    : store.finish(name, seal({ fingerprint, status: response.status, type: response.headers.get("content-type") ?? "application/json", body: await response.clone().text() }, lock), KEEP_MS);
  await after.catch((error: unknown) => console.error(JSON.stringify({ level: "error", message: "an idempotent answer was not kept", reason: error instanceof Error ? error.name : "unknown" })));
  return response;
}

function replay(kept: Kept, fingerprint: string): Response {
  if (kept.fingerprint !== fingerprint) return problem({ status: 422, title: "Idempotency-Key reused", detail: "This Idempotency-Key was used with another body. Send a new one." });
  return new Response(kept.body, { status: kept.status, headers: { "content-type": kept.type, "cache-control": "no-store", "idempotent-replayed": "true" } });
}

function seal(kept: Kept, lock: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", lock, nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(kept), "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
}

function open(value: string, lock: Buffer): Kept {
  const bytes = Buffer.from(value, "base64");
  const decipher = createDecipheriv("aes-256-gcm", lock, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8")) as Kept;
}
