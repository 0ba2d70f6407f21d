import { expect, it } from "vitest";
import { RetryBudget } from "./retry-budget.ts";

it("lets retries add at most a fifth to the requests of a long incident, and rescues a burst at once", () => {
  const budget = new RetryBudget();
  let retries = 0;
  for (let request = 0; request < 10_000; request++) {
    budget.deposit();
    for (let attempt = 1; attempt < 3; attempt++) if (budget.withdraw()) retries++;
  }
  expect(retries).toBeGreaterThanOrEqual(2_000);
  expect(retries).toBeLessThanOrEqual(2_100);
});

it("never saves up more than a burst", () => {
  const budget = new RetryBudget();
  for (let request = 0; request < 100_000; request++) budget.deposit();
  let retries = 0;
  while (budget.withdraw()) retries++;
  expect(retries).toBe(100);
});
