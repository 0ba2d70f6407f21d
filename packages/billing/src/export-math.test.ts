import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { meterEventIdentifier, nextExport } from "./export-math.ts";

describe("nextExport", () => {
  it("keeps sent micro-USD plus remainder equal to the ledger, for every sequence of amounts", () => {
    fc.assert(fc.property(fc.array(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 18n }), { maxLength: 60 }), (amounts) => {
      let carriedRemainder = 0n;
      let sent = 0n;
      let ledger = 0n;
      for (const amountNanoUsd of amounts) {
        const { valueMicroUsd, remainder } = nextExport({ amountNanoUsd, carriedRemainder });
        sent += valueMicroUsd;
        ledger += amountNanoUsd;
        carriedRemainder = remainder;
        expect(remainder >= 0n && remainder < 1000n).toBe(true);
        expect(sent * 1000n + remainder).toBe(ledger);
      }
    }));
  });

  it("sends nothing while less than one micro-USD has come together, then all of it", () => {
    expect(nextExport({ amountNanoUsd: 999n, carriedRemainder: 0n })).toEqual({ valueMicroUsd: 0n, remainder: 999n });
    expect(nextExport({ amountNanoUsd: 1n, carriedRemainder: 999n })).toEqual({ valueMicroUsd: 1n, remainder: 0n });
  });
});

describe("meterEventIdentifier", () => {
  const key = { customerId: "cus_1", meter: "trunkline_requests", windowStartMs: 0, sequence: 1 };
  it("is the same whenever it is derived, fits Stripe's 100 characters, and differs by each part of the key", () => {
    const all = [key, { ...key, customerId: "cus_2" }, { ...key, meter: "m" }, { ...key, windowStartMs: 3_600_000 }, { ...key, sequence: 2 }].map(meterEventIdentifier);
    expect(meterEventIdentifier({ ...key })).toBe(all[0]);
    expect(new Set(all).size).toBe(5);
    expect(all.every((identifier) => identifier.length <= 100)).toBe(true);
  });
});
