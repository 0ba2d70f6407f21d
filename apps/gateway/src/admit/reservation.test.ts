import type { Budget, Spend } from "@trunkline/contracts";
import type { ReserveDecision } from "@trunkline/kv";
import { describe, expect, it } from "vitest";
import { lineSpend } from "../charge.ts";
import { BudgetLines, createReservation } from "./reservation.ts";

const budget: Budget = { id: "bud_1", organizationId: "org_1", scope: "key", scopeId: "key_1", name: "Monthly", period: "monthly", limitNanoUsd: 1000n };

const charge = (nanoUsd: bigint): Spend => ({ chargeNanoUsd: nanoUsd, ownNanoUsd: 0n });

function stores(decide: () => ReserveDecision | Error) {
  const calls: string[] = [];
  return {
    calls,
    kv: {
      reserve: (_lines: unknown, id: string, amounts: readonly bigint[]) => { calls.push(`reserve ${id} ${amounts.join(" and ")}`); const decision = decide(); return decision instanceof Error ? Promise.reject(decision) : Promise.resolve(decision); },
      settle: (_lines: unknown, id: string, spent: readonly bigint[]) => { calls.push(`settle ${id} ${spent.join(" and ")}`); return Promise.resolve(); },
      release: (_lines: unknown, id: string) => { calls.push(`release ${id}`); return Promise.resolve(); },
    },
    lines: new BudgetLines({ loadSpent: () => Promise.resolve(0n), confirmGenerations: () => Promise.resolve(new Set()) }), now: () => Date.UTC(2026, 0, 15), onSettleFailed: () => undefined,
  };
}
const yes = (): ReserveDecision => ({ reserved: true });

describe("a reservation", () => {
  it("asks no store at all for a key without budgets", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [], store);
    await reservation.cover(charge(5n), "x/m", null);
    reservation.settle(charge(5n));
    reservation.release();
    expect(store.calls).toEqual([]);
  });
  it("raises its hold for a dearer candidate and not for a cheaper one", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], store);
    for (const amount of [100n, 50n, 300n]) await reservation.cover(charge(amount), "x/m", null);
    expect(store.calls).toEqual(["reserve req_1 100", "reserve req_1 300"]);
  });
  it("settles once, and a release after it does nothing", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], store);
    await reservation.cover(charge(100n), "x/m", null);
    reservation.settle(charge(70n));
    reservation.release();
    reservation.settle(charge(70n));
    await Promise.resolve();
    expect(store.calls).toEqual(["reserve req_1 100", "settle req_1 70"]);
  });
  it("names the budget, its reset and its owner when it is exceeded", async () => {
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], stores(() => ({ reserved: false, budgetId: "bud_1", spentNanoUsd: 900n, heldNanoUsd: 50n })));
    await expect(reservation.cover(charge(100n), "x/m", null)).rejects.toMatchObject({ code: "tenant.budget_exceeded", details: { metadata: { budget: { id: "bud_1", owner: "key_1", resets_at: "2026-02-01T00:00:00.000Z" } } } });
  });
  it("gives back what a store that did not answer in time may hold", async () => {
    const store = stores(() => new Error("timed out"));
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], store);
    await expect(reservation.cover(charge(100n), "x/m", null)).rejects.toMatchObject({ code: "gateway.dependency_unavailable" });
    reservation.release();
    expect(store.calls).toEqual(["reserve req_1 100", "release req_1"]);
  });
  it("fails closed with 503 while the store is away", async () => {
    await expect(createReservation({ id: "req_1", endUser: null }, [budget], stores(() => new Error("away"))).cover(charge(1n), "x/m", null)).rejects.toMatchObject({ code: "gateway.dependency_unavailable" });
  });
  it("holds on the budgets of the candidate's model only, and gives the former candidate's hold back", async () => {
    const model = (id: string): Budget => ({ ...budget, id: `bud_${id}`, scope: "model", scopeId: id });
    const asked: string[] = [];
    const names = (lines: readonly { readonly key: string }[]): string => lines.map((line) => line.key.split(":")[2]).join("+");
    const store = { ...stores(yes), kv: {
      reserve: (lines: readonly { key: string }[]) => { asked.push(`reserve ${names(lines)}`); return Promise.resolve(yes()); },
      release: (lines: readonly { key: string }[]) => { asked.push(`release ${names(lines)}`); return Promise.resolve(); },
      settle: (lines: readonly { key: string }[]) => { asked.push(`settle ${names(lines)}`); return Promise.resolve(); },
    } };
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget, model("a"), model("b")], store as never);
    await reservation.cover(charge(5n), "a", null);
    await reservation.cover(charge(5n), "a", null);
    await reservation.cover(charge(5n), "b", null);
    expect(reservation.lineKeys).toHaveLength(2);
    reservation.settle(charge(1n));
    await Promise.resolve();
    expect(asked).toEqual(["reserve bud_1+bud_a", "release bud_a", "reserve bud_1+bud_b", "settle bud_1+bud_b"]);
  });
  it("asks no store for a model that no budget counts", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [{ ...budget, scope: "model", scopeId: "other" }], store);
    await reservation.cover(charge(5n), "x/m", null);
    reservation.settle(charge(5n));
    expect(store.calls).toEqual([]);
  });

  describe("of a budget that counts own keys beside one that does not", () => {
    const all: Budget = { ...budget, id: "bud_all", countsOwnKeys: true };
    const own = (chargeNanoUsd: bigint, ownNanoUsd: bigint): Spend => ({ chargeNanoUsd, ownNanoUsd });
    function lines(asked: string[]) {
      const note = (what: string) => (asking: readonly { readonly key: string }[], _id: string, amounts: readonly bigint[] = []) => { asked.push(`${what} ${asking.map(({ key }, index) => `${key.split(":")[2]} ${amounts[index]}`).join(", ")}`); return Promise.resolve(yes()); };
      return { ...stores(yes), kv: { reserve: note("reserve"), settle: note("settle"), release: note("release") } };
    }

    it("holds and settles on each what it counts", async () => {
      const asked: string[] = [];
      const reservation = createReservation({ id: "req_1", endUser: null }, [budget, all], lines(asked) as never);
      await reservation.cover(own(5n, 100n), "x/m", null);
      expect(reservation.heldNanoUsd).toBe(5n);
      reservation.settle(own(4n, 80n));
      await Promise.resolve();
      expect(asked).toEqual(["reserve bud_1 5, bud_all 105", "settle bud_1 4, bud_all 84"]);
    });

    it("asks a budget of charges for nothing where the call is free here, and settles where it held", async () => {
      const asked: string[] = [];
      const reservation = createReservation({ id: "req_1", endUser: null }, [budget, all], lines(asked) as never);
      await reservation.cover(own(0n, 100n), "x/m", null);
      expect(asked).toEqual(["reserve bud_all 100"]);
      const free: string[] = [];
      await createReservation({ id: "req_2", endUser: null }, [budget], lines(free) as never).cover(own(0n, 100n), "x/m", null);
      expect(free).toEqual([]);
    });

    it("grows with the larger of two candidates in either book, and never shrinks", async () => {
      const asked: string[] = [];
      const reservation = createReservation({ id: "req_1", endUser: null }, [budget, all], lines(asked) as never);
      await reservation.cover(own(0n, 100n), "x/m", null);
      await reservation.cover(own(60n, 0n), "x/m", null);
      await reservation.cover(own(1n, 200n), "x/m", null);
      await reservation.cover(own(30n, 20n), "x/m", null);
      expect(asked).toEqual(["reserve bud_all 100", "reserve bud_1 60, bud_all 100", "reserve bud_1 60, bud_all 201"]);
    });

    it("tells by a counter's key alone what a restart has to settle on it", () => {
      const keys = createReservation({ id: "req_1", endUser: null }, [budget, all], stores(yes)).lineKeys;
      expect(keys.map((key) => lineSpend(key, own(4n, 80n)))).toEqual([4n, 84n]);
    });
  });
});
