/**
 * `Idempotency-Key`: the same key with the same body runs once. A repeat joins the call in flight or gets its answer again, for a day; it takes no attempt, no
 * budget and no receipt of its own. A call with a key is finished even when its caller leaves, because the repeat will ask for it. A failure that may be
 * tried again is not kept, and neither is a stream that broke: then the repeat runs anew. Whether the key may be used is the pipeline's matter, and asked first.
 * A repeat with `Last-Event-ID` gets what follows that event, and never runs anything: where the event is not kept, it is told so.
 */
import { createHash } from "node:crypto";
import { GatewayError, type InboundApi } from "@trunkline/contracts";
import { DependencyUnavailable, type Claim, type ReplayStore } from "@trunkline/kv";
import { CallerLeft, type Exchange, type Inbound, type Stages } from "../stages.ts";
import { afterEvent } from "./event-numbers.ts";
import { RecordedResponse, type RecordedAnswer } from "./recorded-response.ts";
import { RepeatableName } from "./sealed-answer.ts";

const KEY = /^[\x21-\x7e]{1,255}$/;
const KEEP_MS = 86_400_000;
/** A process that died frees its keys after this; a living one renews its claim three times as often. */
const CLAIM_MS = 60_000;
const RENEW_MS = 20_000;
/** Between looks at a call that another process runs. */
const POLL_MS = 250;
const NOTHING = new Uint8Array();
const REPLAYED: readonly string[] = ["idempotent-replayed", "true"];

export interface RunOnceOptions {
  readonly store: ReplayStore;
  readonly stages: Stages;
  readonly serve: (inbound: Inbound, stages: Stages) => Promise<void>;
  readonly writeError: (exchange: Exchange, api: InboundApi, error: GatewayError) => void;
  /** What the caller presents as its key. */
  readonly credentialOf: (headers: Readonly<Record<string, string>>) => string | null;
  onUnexpected(error: unknown, requestId: string): void;
}

/** One caller's wish: which body it sent, and which event it got last. */
interface Ask { readonly exchange: Exchange; readonly fingerprint: string; readonly lastEventId: string }
interface Running { readonly fingerprint: string; readonly response: RecordedResponse }

/** Serves a call that carries the header. Rejects as the pipeline does where the caller may not call at all. */
export function createRunOnce(options: RunOnceOptions): (inbound: Inbound) => Promise<void> {
  const running = new Map<string, Running>();
  return async (inbound) => {
    const { exchange, call } = inbound;
    const key = exchange.headers["idempotency-key"] ?? "";
    if (!KEY.test(key)) throw new GatewayError("caller.invalid_request", "`Idempotency-Key`: send 1 to 255 visible ASCII characters.", { param: "Idempotency-Key" });
    await options.stages.authenticate(inbound);
    const named = new RepeatableName(options.credentialOf(exchange.headers) ?? "", JSON.stringify([call.inbound, key]));
    const ask: Ask = { exchange, fingerprint: createHash("sha256").update(call.raw).digest("hex"), lastEventId: exchange.headers["last-event-id"] ?? "" };
    const stopKeepAlive = keepAliveOf(options.stages, inbound);
    try {
      for (;;) {
        if (exchange.callerGone) throw new CallerLeft();
        const joined = running.get(named.name);
        if (joined) { join(joined, ask); return; }
        const claim = await claimed(options.store, named.name);
        if (claim.state === "done") { replay(named.open(claim.value), ask); return; }
        if (claim.state === "running") { await new Promise((resolve) => setTimeout(resolve, POLL_MS).unref()); continue; }
        if (ask.lastEventId !== "") {
          await options.store.release(named.name).catch(() => undefined);
          throw notResumable();
        }
        const response = new RecordedResponse(exchange.requestId);
        running.set(named.name, { fingerprint: ask.fingerprint, response });
        response.follow(exchange.response, NOTHING, []);
        void run(inbound, { response, named, fingerprint: ask.fingerprint }, options).finally(() => running.delete(named.name));
        return;
      }
    } finally {
      stopKeepAlive();
    }
  };
}

/** A heartbeat sends the headers, so a caller who waits for another process's answer gets none of that answer's own. */
function keepAliveOf(stages: Stages, inbound: Inbound): () => void {
  return inbound.call.stream ? stages.keepAlive(inbound) : () => undefined;
}

async function claimed(store: ReplayStore, name: string): Promise<Claim> {
  try {
    return await store.claim(name, CLAIM_MS);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    throw new GatewayError("gateway.dependency_unavailable", "Whether this Idempotency-Key was used cannot be told right now, so nothing was done. Retry in a few seconds.", { retryAfterMs: 5_000 });
  }
}

function assertSameBody(kept: string, fingerprint: string): void {
  if (kept !== fingerprint) throw new GatewayError("caller.invalid_request", "`Idempotency-Key`: this key was used with another body. Send a new one.", { param: "Idempotency-Key" });
}

function notResumable(): GatewayError {
  return new GatewayError("caller.invalid_request", "`Last-Event-ID`: no stream that has this event is kept under this Idempotency-Key: it broke, was too large, or is more than a day old. Nothing was run. Send the call without this header, under a new Idempotency-Key, to run it again.", { param: "Last-Event-ID" });
}

/** Without an event to go on from, all of it is missed. */
function missedOf(kept: Uint8Array, lastEventId: string): Uint8Array {
  const missed = lastEventId === "" ? kept : afterEvent(kept, lastEventId);
  if (missed === null) throw notResumable();
  return missed;
}

function join({ fingerprint: kept, response }: Running, { exchange, fingerprint, lastEventId }: Ask): void {
  assertSameBody(kept, fingerprint);
  const soFar = response.soFar;
  if (soFar === null) throw new GatewayError("caller.invalid_request", "`Idempotency-Key`: the answer under way is too large to be given twice.", { param: "Idempotency-Key" });
  response.follow(exchange.response, missedOf(soFar, lastEventId), REPLAYED);
}

function replay(answer: ReturnType<RepeatableName["open"]>, { exchange: { response }, fingerprint, lastEventId }: Ask): void {
  assertSameBody(answer.fingerprint, fingerprint);
  const missed = missedOf(answer.body, lastEventId);
  if (!response.headersSent) response.writeHead(answer.status, [...answer.headers, ...REPLAYED]);
  response.end(missed);
}

interface Run { readonly response: RecordedResponse; readonly named: RepeatableName; readonly fingerprint: string }

/** Never rejects: whatever ends the call is part of its answer. */
async function run(inbound: Inbound, { response, named, fingerprint }: Run, { store, stages, serve, writeError, onUnexpected }: RunOnceOptions): Promise<void> {
  const { exchange, call } = inbound;
  const renewal = setInterval(() => { store.extend(named.name, CLAIM_MS).catch(() => undefined); }, RENEW_MS).unref();
  const recorded: Exchange = { requestId: exchange.requestId, receivedAtMs: exchange.receivedAtMs, headers: exchange.headers, answerHeaders: exchange.answerHeaders, response, callerGone: false, onCallerGone: () => undefined };
  let isWhole = true;
  const respond: Stages["respond"] = async (won, onProgress) => {
    const delivered = await stages.respond(won, onProgress);
    isWhole = delivered.observation.complete;
    return delivered;
  };
  try {
    await serve({ exchange: recorded, call, facts: inbound.facts }, { ...stages, respond });
  } catch (error) {
    if (!(error instanceof GatewayError)) onUnexpected(error, exchange.requestId);
    const known = error instanceof GatewayError ? error : new GatewayError("gateway.internal", `The gateway failed. It has been logged as ${exchange.requestId}; retry, and report that id if it stays.`);
    isWhole &&= !known.shouldRetry;
    writeError(recorded, call.inbound, known);
  }
  clearInterval(renewal);
  const answer = isWhole ? response.answer ?? tooLarge(recorded, call.inbound, writeError) : null;
  // What was done is done: a store that went away meanwhile must not turn it into an error. The claim lapses by itself.
  await (answer ? store.finish(named.name, named.seal(answer, fingerprint), KEEP_MS) : store.release(named.name)).catch(() => undefined);
}

/** Stands for an answer that was given and billed: running it again for a repeat would bill it again. */
function tooLarge(exchange: Exchange, api: InboundApi, writeError: RunOnceOptions["writeError"]): RecordedAnswer | null {
  const response = new RecordedResponse(exchange.requestId);
  writeError({ ...exchange, response }, api, new GatewayError("caller.invalid_request", "`Idempotency-Key`: the call was answered, and its answer was too large to be kept. Send a new key to run it again.", { param: "Idempotency-Key" }));
  return response.answer;
}
