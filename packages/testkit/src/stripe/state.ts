// What the stand-in remembers, and the objects of the wire. Shapes follow the public API reference as far as the official client reads them.
import { randomUUID } from "node:crypto";

/** `drop`: the work is done, the answer never leaves. A status: refused before any work. `times` counts down; `path` is a prefix. */
export interface Fault { readonly kind: "drop" | 429 | 500; readonly path?: string; times?: number }

export type StripeObject = { id: string; object: string; [field: string]: unknown };

export interface MeterEventRecord {
  readonly eventName: string;
  readonly identifier: string;
  readonly customerId: string;
  readonly value: number;
  readonly timestampMs: number;
  readonly receivedAtMs: number;
  readonly payload: Readonly<Record<string, string>>;
}

export interface WebhookTarget { readonly id: string; readonly url: string; readonly secret: string; readonly types: readonly string[] }
export interface Replay { readonly status: number; readonly body: unknown; readonly fingerprint: string }

export interface State {
  readonly objects: Map<string, StripeObject>;
  readonly meterEvents: MeterEventRecord[];
  readonly events: StripeObject[];
  readonly webhooks: WebhookTarget[];
  readonly deliveries: { readonly eventId: string; readonly url: string; readonly status: number | null }[];
  readonly replays: Map<string, Replay>;
  /** `customer meter` with a call under way. */
  readonly busy: Set<string>;
  faults: Fault[];
  requests: number;
  sequence: number;
  /** Part of every id, so that a database which outlives one stand-in never meets the ids of the next. */
  readonly instance: string;
}

export function createState(): State {
  return { objects: new Map(), meterEvents: [], events: [], webhooks: [], deliveries: [], replays: new Map(), busy: new Set(), faults: [], requests: 0, sequence: 0, instance: randomUUID().slice(0, 8) };
}

/** Ids count up within an instance. */
export function nextId(state: State, prefix: string): string {
  state.sequence += 1;
  return `${prefix}_${state.instance}${String(state.sequence).padStart(8, "0")}`;
}

/** An answer in Stripe's error form. `v2` errors carry their meaning in `code`. */
export class StripeFault extends Error {
  constructor(readonly status: number, readonly error: { readonly type: string; readonly message: string; readonly code?: string; readonly param?: string; readonly decline_code?: string; readonly payment_intent?: unknown }) {
    super(error.message);
  }
}
export const invalid = (message: string, extra: { readonly code?: string; readonly param?: string } = {}): StripeFault => new StripeFault(400, { type: "invalid_request_error", message, ...extra });
export const missing = (message: string): StripeFault => new StripeFault(404, { type: "invalid_request_error", message, code: "resource_missing" });

export function find(state: State, id: string, object: string): StripeObject {
  const found = state.objects.get(id);
  if (found === undefined || found.object !== object) throw missing(`No such ${object}: '${id}'`);
  return found;
}
export const all = (state: State, object: string): StripeObject[] => [...state.objects.values()].filter((candidate) => candidate.object === object);
export const store = <T extends StripeObject>(state: State, value: T): T => { state.objects.set(value.id, value); return value; };
