/**
 * Every provider of the market behind undici's dispatch, without a socket: it reads what the gateway sent with the simulator's own parsers and
 * answers in the provider's wire, at the times that the world draws. What is drawn is `market-world.ts`'s part; what becomes of it is the gateway's.
 */
import type { CatalogSnapshot } from "@trunkline/contracts";
import { findRoute, WIRES } from "@trunkline/testkit/simulator";
import type { Dispatcher } from "undici";
import type { VirtualClock } from "./virtual-clock.ts";
import { behaviourAt, RETRY_AFTER_SECONDS, type Behaviour, type Request, type Spell } from "./market-world.ts";

/** A word is written at least so often: a long answer is not silence. */
const WORD_MS = 10_000;
const WORD = "word";

export interface MarketUpstreamOptions {
  readonly seed: string;
  readonly catalog: CatalogSnapshot;
  readonly spells: readonly Spell[];
  readonly clock: VirtualClock;
  readonly startMs: number;
  /** By the id that the gateway gave it. */
  readonly request: (id: string) => Request | undefined;
}

type Wire = (typeof WIRES)["openai"];
type Call = ReturnType<Wire["parse"]>;
interface Exchange { readonly wire: Wire; readonly provider: string; readonly call: Call; readonly request: Request; readonly handler: Dispatcher.DispatchHandler; readonly isOpen: () => boolean }

export class MarketUpstream {
  readonly #options: MarketUpstreamOptions;
  /** Provider and upstream model → the model's id. */
  readonly #models = new Map<string, string>();

  constructor(options: MarketUpstreamOptions) {
    this.#options = options;
    for (const [model, endpoints] of options.catalog.endpointsByModel) for (const { provider, upstreamModel } of endpoints) this.#models.set(`${provider} ${upstreamModel}`, model);
  }

  dispatch({ path, headers, body }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { clock, seed, spells, startMs, catalog } = this.#options;
    const [pathname = "", query = ""] = path.split("?");
    const route = findRoute("POST", pathname);
    const flat = headers as readonly string[];
    const request = this.#options.request(flat[flat.indexOf("x-trunkline-request-id") + 1] ?? "");
    if (!route || !request) throw new Error(`nobody answers ${path}`);
    const wire = WIRES[route.wire];
    const call = wire.parse({ provider: route.provider, path: route.path, query: new URLSearchParams(query), headers: {}, body: JSON.parse(Buffer.from(body as Uint8Array).toString()) as Record<string, unknown> });
    const model = this.#models.get(`${route.provider} ${call.model}`) ?? call.model;
    const behaviour = behaviourAt({ seed, place: { provider: route.provider, model, tier: catalog.models.get(model)?.tier ?? "mid" }, request, atMs: clock.nowMs - startMs, spells });
    let open = true;
    if (behaviour.does !== "refuse") handler.onConnect?.(() => { open = false; });
    this.#behave({ wire, provider: route.provider, call, request, handler, isOpen: () => open }, behaviour);
    return true;
  }

  #behave(exchange: Exchange, behaviour: Behaviour): void {
    const { handler, wire } = exchange;
    if (behaviour.does === "hang") return;
    if (behaviour.does === "answer") { this.#answer(exchange, behaviour); return; }
    this.#in(exchange, behaviour.afterMs, () => {
      switch (behaviour.does) {
        case "refuse": reset(handler, "ECONNREFUSED"); return;
        case "fail": this.#error(exchange, wire.overloadedStatus); return;
        case "limit": this.#error(exchange, 429); return;
        case "garbage": begin(exchange); handler.onData?.(bytesOf(wire.malformedFrame)); handler.onComplete?.([]); return;
        case "break": begin(exchange); reset(handler, "ECONNRESET");
      }
    });
  }

  #in({ isOpen }: Exchange, afterMs: number, act: () => void): void {
    const { clock } = this.#options;
    clock.at(clock.nowMs + afterMs, () => { if (isOpen()) act(); });
  }

  #error({ wire, handler }: Exchange, status: number): void {
    const limited = status === 429;
    handler.onHeaders?.(status, flatHeaders({ "content-type": "application/json", ...(limited ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}) }), () => undefined, "");
    handler.onData?.(Buffer.from(JSON.stringify(wire.failure({ status, message: "simulated", code: null, param: null, requestId: "req", retryAfterSeconds: limited ? RETRY_AFTER_SECONDS : null }))));
    handler.onComplete?.([]);
  }

  /** In few words, whatever number of tokens it reports: the tokens are what is billed, and a frame for each would make a day take hours. */
  #answer(exchange: Exchange, { ttftMs, durationMs, cutAtMs }: Extract<Behaviour, { does: "answer" }>): void {
    const { wire, provider, call, request, handler } = exchange;
    const words = 2 + Math.floor((durationMs - ttftMs) / WORD_MS);
    const usage = { inputTokens: request.inputTokens, outputTokens: request.outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
    const answer = { id: request.id.toString(16).padStart(16, "0"), parts: [{ kind: "text" as const, text: WORD.repeat(words) }], finish: "stop" as const, stopSequence: null, outputTokens: words, usage };
    const frames = [...wire.frames({ provider, call, answer, createdAtSeconds: 0 })];
    const first = frames.findIndex(({ phase }) => phase === "content");
    const last = frames.findLastIndex(({ phase }) => phase === "content");
    this.#in(exchange, ttftMs, () => { begin(exchange); handler.onData?.(joined(frames.slice(0, first + 1))); });
    for (let index = first + 1; index <= last; index++) {
      const atMs = ttftMs + (durationMs - ttftMs) * (index - first) / (last - first + 1);
      if (cutAtMs === null || atMs < cutAtMs) this.#in(exchange, atMs, () => handler.onData?.(joined(frames.slice(index, index + 1))));
    }
    if (cutAtMs !== null) this.#in(exchange, cutAtMs, () => reset(handler, "ECONNRESET"));
    else this.#in(exchange, durationMs, () => { handler.onData?.(joined(frames.slice(last + 1))); handler.onComplete?.([]); });
  }
}

const bytesOf = (text: string | Uint8Array): Buffer => Buffer.from(text as string);
const joined = (frames: readonly { readonly text: string | Uint8Array }[]): Buffer => Buffer.concat(frames.map(({ text }) => bytesOf(text)));
const flatHeaders = (headers: Readonly<Record<string, string>>): Buffer[] => Object.entries(headers).flat().map((text) => Buffer.from(text));
const begin = ({ handler, wire }: Exchange): void => { handler.onHeaders?.(200, flatHeaders({ "content-type": wire.streamContentType }), () => undefined, "OK"); };
const reset = (handler: Dispatcher.DispatchHandler, code: string): void => handler.onError?.(Object.assign(new Error(code), { code }));
