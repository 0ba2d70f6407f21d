import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ledgerEntriesFor } from "./ledger.ts";

const event = (charge: bigint, costs: readonly bigint[], mode: "live" | "test" = "live") => ({ mode, chargeNanoUsd: charge.toString(), attempts: costs.map((cost) => ({ costNanoUsd: cost.toString() })) });
const amounts = (charge: bigint, costs: readonly bigint[]) => Object.fromEntries(ledgerEntriesFor(event(charge, costs)).map((line) => [line.account, line.amountNanoUsd]));

describe("ledgerEntriesFor", () => {
  it("balances, never posts a zero line, and splits the whole cost between the customer's part and what is absorbed", () => {
    const money = fc.bigInt({ min: 0n, max: 10n ** 16n });
    fc.assert(fc.property(money, fc.array(money, { maxLength: 5 }), (charge, costs) => {
      const lines = ledgerEntriesFor(event(charge, costs));
      const cost = costs.reduce((sum, value) => sum + value, 0n);
      const of = (account: string) => lines.find((line) => line.account === account)?.amountNanoUsd ?? 0n;
      expect(lines.reduce((sum, line) => sum + line.amountNanoUsd, 0n)).toBe(0n);
      expect(lines.some((line) => line.amountNanoUsd === 0n)).toBe(false);
      expect(of("provider_cost") + of("absorbed")).toBe(cost);
      expect(of("absorbed")).toBe(cost > charge ? cost - charge : 0n);
    }));
  });

  it("absorbs a failed attempt that the customer does not pay for", () => {
    expect(amounts(100n, [30n, 90n])).toEqual({ customer_receivable: 100n, revenue: -100n, provider_cost: 100n, absorbed: 20n, provider_payable: -120n });
    expect(amounts(0n, [40n])).toEqual({ absorbed: 40n, provider_payable: -40n });
  });

  it("posts nothing in test mode and nothing when no money moved", () => {
    expect(ledgerEntriesFor(event(100n, [90n], "test"))).toEqual([]);
    expect(ledgerEntriesFor(event(0n, []))).toEqual([]);
  });

  it("keeps the fee on own provider keys in an account of its own, and pays no attempt of ours with it", () => {
    const lines = ledgerEntriesFor({ ...event(50n, [30n]), ownKeyFeeNanoUsd: "50" });
    expect(Object.fromEntries(lines.map((line) => [line.account, line.amountNanoUsd]))).toEqual({ customer_receivable: 50n, own_key_fee: -50n, absorbed: 30n, provider_payable: -30n });
    expect(() => ledgerEntriesFor({ ...event(49n, []), ownKeyFeeNanoUsd: "50" })).toThrow(RangeError);
  });

  it("refuses a negative amount", () => {
    expect(() => ledgerEntriesFor(event(-1n, []))).toThrow(RangeError);
  });
});
