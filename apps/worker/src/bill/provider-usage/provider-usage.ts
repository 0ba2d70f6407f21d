// Where a provider says itself what an account used and owes, by day of UTC: which providers do, and in what shape this program reads it.
import type { ProviderModel } from "@trunkline/billing";

export interface ProviderReport { readonly models: readonly ProviderModel[]; /** null: the provider does not say what it bills. */ readonly costNanoUsd: bigint | null }
export interface ProviderUsage {
  readonly provider: string;
  /** How long after a day's end its figures still change. */
  readonly closesAfterMs: number;
  /** Rejects with an Error that names the fault and no key. */
  load(dayMs: number): Promise<ProviderReport>;
}

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** nano-USD of a decimal number of units, exact, half up. */
export function nanoOf(text: string | number, nanoPerUnit: bigint): bigint {
  const plain = typeof text === "number" ? text.toFixed(12) : text;
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(plain.trim()) ?? [];
  if (!/^-?\d+(\.\d+)?$/.test(plain.trim())) throw new Error("a provider tells a cost that is no number");
  const scale = 10n ** BigInt(fraction.length);
  const value = (BigInt(whole + fraction) * nanoPerUnit + scale / 2n) / scale;
  return sign === "-" ? -value : value;
}
