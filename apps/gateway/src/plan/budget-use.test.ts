import type { Budget } from "@trunkline/contracts";
import { expect, it } from "vitest";
import { BudgetUse } from "./budget-use.ts";

const budget = (id: string, limitNanoUsd: bigint): Budget => ({ id, organizationId: "org", scope: "organization", scopeId: "org", name: id, period: "monthly", limitNanoUsd });

it("names the share of the tightest budget, and asks the store once in a while", async () => {
  let asked = 0;
  const use = new BudgetUse({ loadSpent: async () => { asked++; return 800n; } });
  const budgets = [budget("wide", 10_000n), budget("narrow", 1_000n)];
  expect(await use.percentOf(budgets, 0)).toBe(80);
  expect(await use.percentOf(budgets, 4_999)).toBe(80);
  expect(asked).toBe(2);
  await use.percentOf(budgets, 5_000);
  expect(asked).toBe(4);
});

it("knows nothing without a budget, and refuses nobody because a store is away", async () => {
  const use = new BudgetUse({ loadSpent: async () => { throw new Error("away"); } });
  expect(await use.percentOf([], 0)).toBeNull();
  expect(await use.percentOf([budget("b", 1n)], 0)).toBe(0);
});
