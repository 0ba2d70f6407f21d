/**
 * Tells the other gateways which circuits of the platform's own credentials opened and closed here, and hears theirs: an outage is learnt
 * once, not by each. Best effort: a message that is lost costs a few failed attempts, because every gateway goes on learning for itself.
 */
import type { Kv } from "@trunkline/kv";
import type { CircuitBook, CircuitKey } from "@trunkline/router-core";
import { randomUUID } from "node:crypto";

const PLATFORM_CREDENTIAL = "platform";
/** A provider's or a model's name is far shorter; whatever is longer was not written by a gateway. */
const NAME_CHARS_MAX = 256;

export interface SharedHealthOptions { readonly kv: Pick<Kv, "publish">; readonly now: () => number }

export class SharedHealth {
  /** A gateway hears its own messages too. */
  readonly #sender = randomUUID();
  readonly #options: SharedHealthOptions;

  constructor(options: SharedHealthOptions) { this.#options = options; }

  /** Only the platform's: what a tenant's own key makes of a provider is nobody else's business. Durations travel, so that clocks need not agree. */
  tell({ provider, model, credentialOwner }: CircuitKey, openForMs: number | null): void {
    if (credentialOwner !== PLATFORM_CREDENTIAL) return;
    this.#options.kv.publish("circuit", JSON.stringify([this.#sender, provider, model, openForMs])).catch(() => undefined);
  }

  /** Ignores what it does not understand: gateways of two versions may run side by side. */
  hear(message: string, book: Pick<CircuitBook, "hear">): void {
    const parsed = parse(message);
    if (!parsed || parsed.sender === this.#sender) return;
    book.hear({ provider: parsed.provider, model: parsed.model, credentialOwner: PLATFORM_CREDENTIAL }, parsed.openForMs, this.#options.now());
  }
}

interface Told { readonly sender: string; readonly provider: string; readonly model: string; readonly openForMs: number | null }

function parse(message: string): Told | null {
  try {
    const told: unknown = JSON.parse(message);
    if (!Array.isArray(told)) return null;
    const [sender, provider, model, openForMs] = told as readonly unknown[];
    return isName(sender) && isName(provider) && isName(model) && (openForMs === null || (typeof openForMs === "number" && openForMs > 0)) ? { sender, provider, model, openForMs } : null;
  } catch {
    return null;
  }
}

const isName = (value: unknown): value is string => typeof value === "string" && value !== "" && value.length <= NAME_CHARS_MAX;
