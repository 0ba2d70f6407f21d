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
    const reservation = createReservation("req_1", [], store);
    await reservation.cover(5n);
    reservation.settle(5n);
    reservation.release();
    expect(store.calls).toEqual([]);
  });
  it("raises its hold for a dearer candidate and not for a cheaper one", async () => {
    const store = stores(yes);
    const reservation = createReservation("req_1", [budget], store);
    for (const amount of [100n, 50n, 300n]) await reservation.cover(amount);
    expect(store.calls).toEqual(["reserve req_1 100", "reserve req_1 300"]);
  });
  it("settles once, and a release after it does nothing", async () => {
    const store = stores(yes);
    const reservation = createReservation("req_1", [budget], store);
    await reservation.cover(100n);
    reservation.settle(70n);
    reservation.release();
    reservation.settle(70n);
    await Promise.resolve();
    expect(store.calls).toEqual(["reserve req_1 100", "settle req_1 70"]);
  });
  it("names the budget, its reset and its owner when it is exceeded", async () => {
    const reservation = createReservation("req_1", [budget], stores(() => ({ reserved: false, budgetId: "bud_1", spentNanoUsd: 900n, heldNanoUsd: 50n })));
    await expect(reservation.cover(100n)).rejects.toMatchObject({ code: "tenant.budget_exceeded", details: { metadata: { budget: { id: "bud_1", owner: "key_1", resets_at: "2026-02-01T00:00:00.000Z" } } } });
  });
  it("gives back what a store that did not answer in time may hold", async () => {
    const store = stores(() => new Error("timed out"));
    const reservation = createReservation("req_1", [budget], store);
    await expect(reservation.cover(100n)).rejects.toMatchObject({ code: "gateway.dependency_unavailable" });
    reservation.release();
    expect(store.calls).toEqual(["reserve req_1 100", "release req_1"]);
  });
  it("fails closed with 503 while the store is away", async () => {
    await expect(createReservation("req_1", [budget], stores(() => new Error("away"))).cover(1n)).rejects.toMatchObject({ code: "gateway.dependency_unavailable" });
  });
});
