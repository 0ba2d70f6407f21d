import fs from "node:fs";
import path from "node:path";
import type { InboundApi, UsageEvent } from "@trunkline/contracts";
import type { JournalEntry } from "@trunkline/testkit/simulator";
import { decodeFrames } from "../../src/meter/frame.ts";
import { recover } from "../../src/meter/recover.ts";
import type { Stack } from "../stack.ts";
import { INBOUNDS, type Lane } from "./lanes.ts";

/** When the caller goes; `opened` and `marked`: once the spool holds the stream's opening, or a mark of how far it came. */
export type Leaving = { readonly bytes: number } | { readonly ms: number } | "opened" | "marked";
export interface Ask { readonly inbound: InboundApi; readonly lane: Lane; readonly stream: boolean; readonly order: string; readonly leaving?: Leaving }

export interface Seen {
  /** Null where the caller left before an answer. */
  readonly status: number | null;
  /** What was spooled at the end; for a kill at the moment of leaving, what the next start makes of the spool. */
  readonly event: UsageEvent;
  /** What the provider's own journal says it served. */
  served(): JournalEntry | undefined;
}

/** One request to one provider and no other; reads to the end, or leaves. */
export async function ask(stack: Stack, { inbound, lane, stream, order, leaving }: Ask): Promise<Seen> {
  const key = await stack.issueKey();
  const abort = new AbortController();
  const { path: resource, body } = INBOUNDS[inbound];
  const asked = { ...body, model: lane.model, ...(stream ? { stream } : {}), provider: { only: [lane.provider], allow_fallbacks: false } };
  const sent = stack.post(resource, asked, { key, headers: { "x-simulate": order }, signal: abort.signal });
  if (typeof leaving === "object" && "ms" in leaving) setTimeout(() => abort.abort(), leaving.ms);
  let recovered: UsageEvent | null = null;
  const read = sent.then(async (response) => { await readTo(response, typeof leaving === "object" && "bytes" in leaving ? leaving.bytes : null, abort); return response.status; }).catch(() => null);
  if (leaving === "opened" || leaving === "marked") {
    await soon(() => (recovered = recoverable(stack, key.id, leaving)) !== null);
    abort.abort();
  }
  const status = await read;
  // The kill is the end: what this gateway goes on to spool, a killed one does not.
  const event = recovered ?? (await stack.eventsSoon(key, 1))[0];
  if (!event) throw new Error("no event was spooled");
  return { status, event, served: () => stack.simulator.journal().find((entry) => entry.requestId === event.id) };
}

const TRIES_MAX = 1_000;
const TRY_EVERY_MS = 5;

/** Asks again until it holds, for five seconds and more. */
export async function soon(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries === TRIES_MAX) throw new Error(`did not come to hold: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
  }
}

async function readTo(response: Response, leaveAfterBytes: number | null, abort: AbortController): Promise<void> {
  const reader = response.body?.getReader();
  for (let bytes = 0; ;) {
    const part = await reader?.read();
    if (!part || part.done) return;
    bytes += part.value.length;
    if (leaveAfterBytes !== null && bytes >= leaveAfterBytes) { abort.abort(); return; }
  }
}

/** The spool as a SIGKILL would leave it now, taken up as a start does. */
function recoverable(stack: Stack, apiKeyId: string, at: "opened" | "marked"): UsageEvent | null {
  const records = fs.readdirSync(stack.spoolDir).filter((file) => file.endsWith(".spool")).sort().flatMap((file) => decodeFrames(fs.readFileSync(path.join(stack.spoolDir, file))).records);
  const { interrupted } = recover(records.map((record) => ({ record, location: { segment: "", offset: 0, length: 0 } })));
  const event = interrupted.find((payload) => payload.event.apiKeyId === apiKeyId)?.event ?? null;
  return at === "opened" || (event?.usage.outputTokens ?? 0) > 0 ? event : null;
}

export const tokensOf = ({ usage }: UsageEvent) => ({ input: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens, output: usage.outputTokens + usage.reasoningTokens });
export const costOf = (event: UsageEvent): bigint => event.attempts.reduce((sum, attempt) => sum + BigInt(attempt.costNanoUsd), 0n);
export const chargeOf = (event: UsageEvent): bigint => BigInt(event.chargeNanoUsd);
