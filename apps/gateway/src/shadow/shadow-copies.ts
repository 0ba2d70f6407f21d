/**
 * Stands around the stage that delivers: a share of the requests that a preset with a shadow has answered goes to the shadow's version too, once
 * the caller has everything. The copy takes no place among the caller's requests a minute, no retry of anybody, and holds nobody up: what
 * finds no room is let go. Its answer is thrown away and its prompt forgotten; what it cost is metered like any request, under its own label.
 */
import type { PresetShadow, PublishedPreset } from "@trunkline/contracts";
import type { CallerResponse, DeliveredResponse, Exchange, Inbound, RoutedCall, Stages, WonAttempt } from "../stages.ts";

/** Copies under way at a time, of all organizations: a slow shadow must not grow into a second gateway. */
const RUNNING_MAX = 8;
/** Copies that wait, and the bytes of their prompts. */
const WAITING_MAX = 64;
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** What a gateway that closes grants to copies under way; whatever is longer is cut with the rest. */
const CLOSE_MS = 2_000;

export interface ShadowOptions {
  /** What is known of a preset without asking anybody. */
  readonly presets: { shadowOf(organizationId: string, slug: string): PresetShadow | undefined };
  /** One request under exactly this version. Never told to a caller. */
  run(inbound: Inbound, copied: Pick<RoutedCall, "key" | "mode">, preset: PublishedPreset): Promise<void>;
  readonly newId: () => string;
  readonly now: () => number;
  readonly random: () => number;
  /** A copy failed in a way that a request may not, or found no room. */
  onLost(reason: string): void;
}

interface Copy { readonly routed: RoutedCall; readonly shadow: PresetShadow }

export class ShadowCopies {
  readonly #waiting: Copy[] = [];
  #waitingBytes = 0;
  readonly #running = new Set<Promise<void>>();
  #closed = false;
  constructor(readonly options: ShadowOptions) {}

  around(respond: Stages["respond"]): Stages["respond"] {
    return (won, onProgress) => {
      const shadow = this.#drawn(won);
      const delivered = respond(won, onProgress);
      if (shadow === null) return delivered;
      return delivered instanceof Promise ? delivered.then((end) => this.#after(end, { routed: won.routed, shadow })) : this.#after(delivered, { routed: won.routed, shadow });
    };
  }

  /** Only where the preset alone decides: a named model would be served by the same model twice, and a named version takes no part. */
  #drawn({ routed }: WonAttempt): PresetShadow | null {
    const slug = routed.plan.presetSlug;
    const { preset, names } = routed.facts.choice;
    if (slug === null || preset === null || preset.version !== null || names.length > 0) return null;
    const shadow = this.options.presets.shadowOf(routed.key.organizationId, slug);
    return shadow !== undefined && this.options.random() * 100 < shadow.percent ? shadow : null;
  }

  #after(delivered: DeliveredResponse, copy: Copy): DeliveredResponse {
    return { ...delivered, finish: () => { delivered.finish(); this.#offer(copy); } };
  }

  #offer(copy: Copy): void {
    const bytes = copy.routed.call.raw.length;
    if (this.#closed) return;
    if (this.#running.size < RUNNING_MAX) { this.#start(copy); return; }
    if (this.#waiting.length >= WAITING_MAX || this.#waitingBytes + bytes > WAITING_BYTES_MAX) { this.options.onLost("no room"); return; }
    this.#waiting.push(copy);
    this.#waitingBytes += bytes;
  }

  #start({ routed, shadow }: Copy): void {
    const run = this.options.run(this.#inbound(routed, shadow), routed, shadow.preset)
      .catch((error: unknown) => this.options.onLost(error instanceof Error ? error.name : "unknown fault"))
      .finally(() => { this.#running.delete(run); this.#next(); });
    this.#running.add(run);
  }

  #next(): void {
    const copy = this.#waiting.shift();
    if (!copy) return;
    this.#waitingBytes -= copy.routed.call.raw.length;
    this.#start(copy);
  }

  #inbound({ call, facts, exchange }: RoutedCall, { preset }: PresetShadow): Inbound {
    const requestId = this.options.newId();
    return {
      exchange: discarding(requestId, exchange.headers, this.options.now()), call: { ...call, requestId },
      facts: { ...facts, requestedModel: `@preset/${preset.slug}`, explain: false, choice: { names: [], preset: { slug: preset.slug, version: preset.version } }, metadata: { ...facts.metadata, shadow_of: exchange.requestId } },
    };
  }

  /** Resolves soon, whatever is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.length = 0;
    if (this.#running.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([Promise.all(this.#running), new Promise<void>((resolve) => { timer = setTimeout(resolve, CLOSE_MS); })]);
    clearTimeout(timer);
  }
}

/** Nobody reads it, and nobody leaves. */
function discarding(requestId: string, headers: Exchange["headers"], receivedAtMs: number): Exchange {
  return { requestId, receivedAtMs, headers, response: new NobodysResponse(), answerHeaders: [], callerGone: false, onCallerGone: () => undefined };
}

class NobodysResponse implements CallerResponse {
  readonly destroyed = false;
  headersSent = false;
  writableEnded = false;
  writeHead(): void { this.headersSent = true; }
  write(): boolean { return true; }
  end(): void { this.writableEnded = true; }
  destroy(): void { this.writableEnded = true; }
  on(): void { /* never asks for a pause */ }
  off(): void { /* nothing was listened to */ }
}
