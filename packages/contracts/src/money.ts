/** Money is integer nano-USD (1 USD = 1e9) as a bigint everywhere; floats exist only where a wire demands them. */
export const NANO_USD_PER_USD = 1_000_000_000n;

/** For wires that carry US dollars as a number (`usage.cost`). Exact up to 2^53 nano-USD (about 9 million USD). */
export function usdFromNano(nanoUsd: bigint): number {
  return Number(nanoUsd) / 1e9;
}

/** Parses a decimal dollar amount without passing through a float. Throws RangeError on anything that is not `-?digits[.digits≤9]`. */
export function nanoFromUsdText(text: string): bigint {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text.trim());
  if (!match) throw new RangeError(`"${text.slice(0, 40)}" is not a dollar amount`);
  const value = BigInt(match[2] ?? "0") * NANO_USD_PER_USD + BigInt((match[3] ?? "").padEnd(9, "0"));
  return match[1] === "-" ? -value : value;
}

/** Decimal text of a nano-USD amount, without trailing zeros beyond two decimals: 11875200n → "0.0118752". */
export function usdTextFromNano(nanoUsd: bigint): string {
  const sign = nanoUsd < 0n ? "-" : "";
  const value = nanoUsd < 0n ? -nanoUsd : nanoUsd;
  const fraction = (value % NANO_USD_PER_USD).toString().padStart(9, "0").replace(/0+$/, "").padEnd(2, "0");
  return `${sign}${value / NANO_USD_PER_USD}.${fraction}`;
}
