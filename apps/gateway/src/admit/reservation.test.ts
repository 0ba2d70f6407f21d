import type { Budget } from "@trunkline/contracts";
import type { ReserveDecision } from "@trunkline/kv";
import { describe, expect, it } from "vitest";
import { BudgetLines, createReservation } from "./reservation.ts";

const budget: Budget = { id: "bud_1", organizationId: "org_1", scope: "key", scopeId: "key_1", name: "Monthly", period: "monthly", limitNanoUsd: 1000n };

function stores(decide: (amount: bigint) => ReserveDecision | Error) {
  const calls: string[] = [];
  return {
    calls,
    kv: {
      reserve: (_lines: unknown, id: string, amount: bigint) => { calls.push(`reserve ${id} ${amount}`); const decision = decide(amount); return decision instanceof Error ? Promise.reject(decision) : Promise.resolve(decision); },
      settle: (_lines: unknown, id: string, spent: bigint) => { calls.push(`settle ${id} ${spent}`); return Promise.resolve(); },
      release: (_lines: unknown, id: string) => { calls.push(`release ${id}`); return Promise.resolve(); },
    },
    lines: new BudgetLines({ loadSpent: () => Promise.resolve(0n) }), now: () => Date.UTC(2026, 0, 15), onSettleFailed: () => undefined,
  };
}
const yes = (): ReserveDecision => ({ reserved: true });

describe("a reservation", () => {
  it("asks no store at all for a key without budgets", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [], store);
    await reservation.cover(5n, "x/m", null);
    reservation.settle(5n);
    reservation.release();
    expect(store.calls).toEqual([]);
  });
  it("raises its hold for a dearer candidate and not for a cheaper one", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], store);
    for (const amount of [100n, 50n, 300n]) await reservation.cover(amount, "x/m", null);
    expect(store.calls).toEqual(["reserve req_1 100", "reserve req_1 300"]);
  });
  it("settles once, and a release after it does nothing", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], store);
    await reservation.cover(100n, "x/m", null);
    reservation.settle(70n);
    reservation.release();
    reservation.settle(70n);
    await Promise.resolve();
    expect(store.calls).toEqual(["reserve req_1 100", "settle req_1 70"]);
  });
  it("names the budget, its reset and its owner when it is exceeded", async () => {
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], stores(() => ({ reserved: false, budgetId: "bud_1", spentNanoUsd: 900n, heldNanoUsd: 50n })));
    await expect(reservation.cover(100n, "x/m", null)).rejects.toMatchObject({ code: "tenant.budget_exceeded", details: { metadata: { budget: { id: "bud_1", owner: "key_1", resets_at: "2026-02-01T00:00:00.000Z" } } } });
  });
  it("gives back what a store that did not answer in time may hold", async () => {
    const store = stores(() => new Error("timed out"));
    const reservation = createReservation({ id: "req_1", endUser: null }, [budget], store);
    await expect(reservation.cover(100n, "x/m", null)).rejects.toMatchObject({ code: "gateway.dependency_unavailable" });
    reservation.release();
    expect(store.calls).toEqual(["reserve req_1 100", "release req_1"]);
  });
  it("fails closed with 503 while the store is away", async () => {
    await expect(createReservation({ id: "req_1", endUser: null }, [budget], stores(() => new Error("away"))).cover(1n, "x/m", null)).rejects.toMatchObject({ code: "gateway.dependency_unavailable" });
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
    await reservation.cover(5n, "a", null);
    await reservation.cover(5n, "a", null);
    await reservation.cover(5n, "b", null);
    expect(reservation.lineKeys).toHaveLength(2);
    reservation.settle(1n);
    await Promise.resolve();
    expect(asked).toEqual(["reserve bud_1+bud_a", "release bud_a", "reserve bud_1+bud_b", "settle bud_1+bud_b"]);
  });
  it("asks no store for a model that no budget counts", async () => {
    const store = stores(yes);
    const reservation = createReservation({ id: "req_1", endUser: null }, [{ ...budget, scope: "model", scopeId: "other" }], store);
    await reservation.cover(5n, "x/m", null);
    reservation.settle(5n);
    expect(store.calls).toEqual([]);
  });
});
