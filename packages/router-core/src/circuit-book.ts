/**
 * What this process knows of upstream health: a circuit for each (provider, model, credential owner), one for each credential, and
 * decayed speed for each (provider, model), and what a provider bears at once where it has refused. Pure state: time and jitter are handed in. Bounded; an entry not used lately goes first.
 */
import type { Failure } from "@trunkline/contracts";
import { AdaptiveLimit } from "./adaptive-limit.ts";
import { Circuit } from "./circuit.ts";
import { DecayedMean } from "./decayed-mean.ts";
import { DISPOSITION } from "./disposition.ts";
import type { CircuitState, HealthSnapshot } from "./types.ts";

export interface CircuitKey {
  readonly provider: string;
  readonly model: string;
  /** `platform` for the operator's credential, else the name of an organization's own one: one tenant's bad key never hurts another. */
  readonly credentialOwner: string;
}

export type AttemptOutcome =
  | { readonly ok: true; readonly timeToFirstTokenMs: number | null; readonly tokensPerSecond: number | null }
  | { readonly ok: false; readonly failure: Failure };

export interface CircuitBookOptions {
  /** Uniform in [0, 1). */
  readonly jitter: () => number;
  readonly entriesMax?: number;
  /** A circuit has opened for so long, or closed (null), by what this process saw itself. */
  readonly onChange?: (key: CircuitKey, openForMs: number | null) => void;
}

/** About 1 kB an entry: 10 MB at most. */
const ENTRIES_MAX = 10_000;
/** `*` is no model id, so a credential's circuit cannot collide with a model's. */
const EVERY_MODEL = "*";

interface Speed { readonly timeToFirstTokenMs: DecayedMean; readonly tokensPerSecond: DecayedMean }

interface Held<Value> { readonly value: Value; used: boolean }

/** The CLOCK rule: a use only marks an entry; when full, the eldest goes, unless it was used since it was last looked at. Moving entries at each use would cost the hot path a rehash every few requests. */
class RecentlyUsed<Value> {
  readonly #entries = new Map<string, Held<Value>>();
  constructor(readonly max: number) {}

  find(key: string): Value | undefined { return this.#entries.get(key)?.value; }

  obtain(key: string, create: () => Value): Value {
    const known = this.#entries.get(key);
    if (known) { known.used = true; return known.value; }
    if (this.#entries.size >= this.max) this.#evict();
    const value = create();
    this.#entries.set(key, { value, used: false });
    return value;
  }

  /** Ends because each entry passed over has lost its mark. */
  #evict(): void {
    for (const [key, held] of this.#entries) {
      this.#entries.delete(key);
      if (!held.used) return;
      held.used = false;
      this.#entries.set(key, held);
    }
  }

  get size(): number { return this.#entries.size; }

  each(look: (key: string, value: Value) => void): void { for (const [key, { value }] of this.#entries) look(key, value); }
}

const PLATFORM = "platform";

/** A text put together anew has to be hashed anew at each look-up, which cost a third of a plan: the platform's names are kept, and with them their hashes. Bounded; when full it starts afresh. */
class KeptNames {
  #byModel = new Map<string, Map<string, string>>();
  #size = 0;
  /** The hosts of one model are asked about in a row. */
  #lastModel: string | null = null;
  #lastNames: Map<string, string> | undefined;
  constructor(readonly suffix: string, readonly max: number) {}

  of(provider: string, model: string): string {
    if (model !== this.#lastModel) { this.#lastNames = this.#byModel.get(model); this.#lastModel = model; }
    return this.#lastNames?.get(provider) ?? this.#make(provider, model);
  }

  #make(provider: string, model: string): string {
    if (this.#size >= this.max) { this.#byModel = new Map(); this.#size = 0; this.#lastNames = undefined; }
    if (this.#lastNames === undefined) this.#byModel.set(model, this.#lastNames = new Map());
    const made = `${provider}|${model}${this.suffix}`;
    this.#lastNames.set(provider, made);
    this.#size++;
    return made;
  }
}
const SEVERITY: Readonly<Record<CircuitState, number>> = { closed: 0, half_open: 1, open: 2 };

export class CircuitBook {
  readonly #circuits: RecentlyUsed<Circuit>;
  readonly #speeds: RecentlyUsed<Speed>;
  /** By credential; only of those that were refused. Counts requests until their first content or their failure. */
  readonly #limits: RecentlyUsed<AdaptiveLimit>;
  readonly #jitter: () => number;
  readonly #onChange: CircuitBookOptions["onChange"];
  readonly #platformNames: KeptNames;
  readonly #speedNames: KeptNames;
  /** No credential was ever found bad: most processes live their whole life so, and need not ask. */
  #credentialsMarked = false;

  constructor(options: CircuitBookOptions) {
    const max = options.entriesMax ?? ENTRIES_MAX;
    this.#circuits = new RecentlyUsed(max);
    this.#speeds = new RecentlyUsed(max);
    this.#limits = new RecentlyUsed(max);
    this.#jitter = options.jitter;
    this.#onChange = options.onChange;
    this.#platformNames = new KeptNames(`|${PLATFORM}`, max);
    this.#speedNames = new KeptNames("", max);
  }

  #textOf(provider: string, model: string, owner: string): string { return owner === PLATFORM ? this.#platformNames.of(provider, model) : `${provider}|${model}|${owner}`; }
  #nameOf({ provider, model, credentialOwner }: CircuitKey): string { return this.#textOf(provider, model, credentialOwner); }
  #credentialOf({ provider, credentialOwner }: CircuitKey): string { return this.#textOf(provider, EVERY_MODEL, credentialOwner); }

  get size(): number { return this.#circuits.size; }

  /** How many circuits of each provider are open. Visits every entry: for a gauge, never for a request. */
  openByProvider(nowMs: number): ReadonlyMap<string, number> {
    const open = new Map<string, number>();
    this.#circuits.each((name, circuit) => {
      if (circuit.state(nowMs) !== "open") return;
      const provider = name.slice(0, name.indexOf("|"));
      open.set(provider, (open.get(provider) ?? 0) + 1);
    });
    return open;
  }

  /** The worse of the model's circuit and its credential's. Unknown keys are closed. */
  state({ provider, model, credentialOwner }: CircuitKey, nowMs: number): CircuitState { return this.#stateOf(provider, model, { owner: credentialOwner, nowMs }); }

  #stateOf(provider: string, modelId: string, { owner, nowMs }: { readonly owner: string; readonly nowMs: number }): CircuitState {
    const model = this.#circuits.find(this.#textOf(provider, modelId, owner))?.state(nowMs) ?? "closed";
    if (!this.#credentialsMarked) return model;
    const credential = this.#circuits.find(this.#textOf(provider, EVERY_MODEL, owner))?.state(nowMs) ?? "closed";
    return SEVERITY[model] >= SEVERITY[credential] ? model : credential;
  }

  /** Asked right before an attempt: false when open, or when another request holds the trial. A last resort goes ahead regardless. */
  admit(key: CircuitKey, nowMs: number): boolean {
    const model = this.#circuits.find(this.#nameOf(key));
    const credential = this.#circuits.find(this.#credentialOf(key));
    if (model?.state(nowMs) === "open" || credential?.state(nowMs) === "open") return false;
    const limit = this.#limits.size === 0 ? undefined : this.#limits.find(this.#credentialOf(key));
    if (limit && !limit.hasRoom(nowMs)) return false;
    limit?.start(nowMs);
    model?.admit(nowMs);
    credential?.admit(nowMs);
    return true;
  }

  /** Gives back what `admit` claimed, where no attempt was made after all. */
  release(key: CircuitKey): void {
    this.#circuits.find(this.#nameOf(key))?.release();
    this.#circuits.find(this.#credentialOf(key))?.release();
    if (this.#limits.size > 0) this.#limits.find(this.#credentialOf(key))?.end();
  }

  /** One outcome of one attempt, as the disposition table says. */
  record(key: CircuitKey, outcome: AttemptOutcome, nowMs: number): void {
    if (outcome.ok) { this.#recordSuccess(key, outcome, nowMs); return; }
    const disposition = DISPOSITION[outcome.failure.class];
    this.#limitAfter(key, outcome.failure.class, nowMs);
    if (disposition.marksCredential) {
      this.#credentialsMarked = true;
      const credential = this.#circuits.obtain(this.#credentialOf(key), () => new Circuit());
      credential.trip(nowMs);
      this.#onChange?.({ ...key, model: EVERY_MODEL }, (credential.openUntilMs ?? nowMs) - nowMs);
    }
    if (disposition.countsForCircuit) this.#fail(key, outcome.failure.retryAfterMs ?? 0, nowMs);
    else this.#circuits.find(this.#nameOf(key))?.release();
    if (!disposition.marksCredential) this.#circuits.find(this.#credentialOf(key))?.release();
  }

  #fail(key: CircuitKey, floorMs: number, nowMs: number): void {
    const circuit = this.#circuits.obtain(this.#nameOf(key), () => new Circuit());
    const before = circuit.openUntilMs;
    circuit.fail(nowMs, floorMs, this.#jitter());
    const after = circuit.openUntilMs;
    if (after !== null && after !== before) this.#onChange?.(key, after - nowMs);
  }

  /** What another process says of a circuit; null: it closed there. Nothing of it is told on. */
  hear(key: CircuitKey, openForMs: number | null, nowMs: number): void {
    if (openForMs === null) { this.#circuits.find(this.#nameOf(key))?.close(nowMs); return; }
    if (key.model === EVERY_MODEL) this.#credentialsMarked = true;
    this.#circuits.obtain(this.#nameOf(key), () => new Circuit()).openUntil(nowMs + openForMs, nowMs);
  }

  /** What planning reads, at one instant and for one credential owner. */
  snapshot(credentialOwner: string, nowMs: number): HealthSnapshot {
    // Planning asks for one endpoint's figures in a row: the name is put together once.
    let asked: { provider: string; model: string; found: Speed | undefined } | null = null;
    const speed = (provider: string, model: string): Speed | undefined => {
      if (asked === null || asked.provider !== provider || asked.model !== model) asked = { provider, model, found: this.#speeds.find(this.#speedNames.of(provider, model)) };
      return asked.found;
    };
    const asker = { owner: credentialOwner, nowMs };
    return {
      circuit: (provider, model) => this.#stateOf(provider, model, asker),
      timeToFirstTokenMs: (provider, model) => speed(provider, model)?.timeToFirstTokenMs.value(nowMs) ?? null,
      tokensPerSecond: (provider, model) => speed(provider, model)?.tokensPerSecond.value(nowMs) ?? null,
      timeToFirstTokenP95Ms: (provider, model) => speed(provider, model)?.timeToFirstTokenMs.p95(nowMs) ?? null,
      busyShare: (provider) => (this.#limits.size === 0 ? 0 : this.#limits.find(this.#textOf(provider, EVERY_MODEL, credentialOwner))?.share ?? 0),
    };
  }

  /** The speed of a stream is known when it has ended; its first content was recorded before. */
  recordSpeed({ provider, model }: Pick<CircuitKey, "provider" | "model">, tokensPerSecond: number, nowMs: number): void {
    this.#speeds.find(this.#speedNames.of(provider, model))?.tokensPerSecond.add(tokensPerSecond, nowMs);
  }

  /** The first refusal only begins the count: nothing is known yet of how many were under way. */
  #limitAfter(key: CircuitKey, failure: Failure["class"], nowMs: number): void {
    const refused = failure === "rate_limited" || failure === "timeout";
    const known = this.#limits.size === 0 ? undefined : this.#limits.find(this.#credentialOf(key));
    if (!known) { if (refused) this.#limits.obtain(this.#credentialOf(key), () => new AdaptiveLimit()); return; }
    if (refused) known.refuse(nowMs);
    else known.end();
  }

  #succeed(circuit: Circuit, key: CircuitKey, nowMs: number): void {
    const wasOpen = circuit.openUntilMs !== null;
    circuit.succeed(nowMs);
    if (wasOpen) this.#onChange?.(key, null);
  }

  #recordSuccess(key: CircuitKey, outcome: Extract<AttemptOutcome, { ok: true }>, nowMs: number): void {
    this.#succeed(this.#circuits.obtain(this.#nameOf(key), () => new Circuit()), key, nowMs);
    const credential = this.#circuits.find(this.#credentialOf(key));
    if (credential) this.#succeed(credential, { provider: key.provider, model: EVERY_MODEL, credentialOwner: key.credentialOwner }, nowMs);
    if (this.#limits.size > 0) this.#limits.find(this.#credentialOf(key))?.succeed();
    const speed = this.#speeds.obtain(this.#speedNames.of(key.provider, key.model), () => ({ timeToFirstTokenMs: new DecayedMean(), tokensPerSecond: new DecayedMean() }));
    if (outcome.timeToFirstTokenMs !== null) speed.timeToFirstTokenMs.add(outcome.timeToFirstTokenMs, nowMs);
    if (outcome.tokensPerSecond !== null) speed.tokensPerSecond.add(outcome.tokensPerSecond, nowMs);
  }
}
