// Faults that hold until they are taken back, beside those that a request brings along.

import type { FaultRule } from "./faults.ts";
import { parseFaults } from "./faults.ts";

/** Provider id or `*` → the order that holds for it. */
export type StandingOrders = Record<string, string>;

function isOrders(value: unknown): value is Record<string, string | null> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    && Object.values(value).every((order) => order === null || typeof order === "string");
}

function ordersOfList(list: readonly unknown[]): Record<string, string | null> | null {
  const orders: Record<string, string | null> = {};
  for (const item of list) {
    if (typeof item !== "object" || item === null) return null;
    const { provider = "*", simulate = null } = item as { provider?: unknown; simulate?: unknown };
    if (typeof provider !== "string" || (simulate !== null && typeof simulate !== "string")) return null;
    orders[provider] = simulate;
  }
  return orders;
}

export class StandingFaults {
  private orders: StandingOrders = {};
  private parsed: FaultRule[] = [];

  get rules(): readonly FaultRule[] {
    return this.parsed;
  }

  /** The orders in force; the text is what the journal shows. */
  all(): StandingOrders {
    return { ...this.orders };
  }

  clear(): void {
    this.orders = {};
    this.parsed = [];
  }

  /**
   * Replaces all orders. Takes `{ "openai": "status=503", "*": "delay=100" }` or `[{ provider?, simulate }]`; null takes one back.
   * @throws FaultSyntaxError for an unknown fault, TypeError for another shape; nothing changes then.
   */
  replace(given: unknown): void {
    const orders = Array.isArray(given) ? ordersOfList(given) : isOrders(given) ? given : null;
    if (orders === null) throw new TypeError("expected an object of provider (or *) to fault order, or a list of { provider, simulate }");
    const kept = Object.fromEntries(Object.entries(orders).filter((entry): entry is [string, string] => entry[1] !== null));
    const parsed = Object.entries(kept).flatMap(([provider, order]) =>
      parseFaults(order).map((rule) => ({ ...rule, provider: rule.provider ?? (provider === "*" ? null : provider.toLowerCase()) })));
    this.orders = kept;
    this.parsed = parsed;
  }
}
