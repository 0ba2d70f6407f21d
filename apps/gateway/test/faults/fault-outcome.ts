import type { UsageEvent } from "@trunkline/contracts";
import { expect } from "vitest";
import type { FaultRow } from "./fault-table.ts";

/** Who served and what was billed, as the row says. */
export function expectOutcome(row: FaultRow, { api, stream }: { readonly api: string; readonly stream: boolean }, event: UsageEvent | undefined): void {
  const ending = row.ends[stream ? 1 : 0];
  const attempts = event?.attempts ?? [];
  expect([attempts.map(({ provider }) => provider === "openai" ? "first" : "second"), attempts[0]?.failureClass]).toEqual([ending === "second" ? ["first", "second"] : ["first"], row.as[stream ? 1 : 0]]);
  expect(event?.status).toBe({ first: "ok", second: "rescued", broken: "partial", refused: "failed" }[ending]);
  expectBilled(row, { ending, api }, event);
}

/** A failure costs the caller nothing; what was delivered is paid once, at the price of whoever delivered it. */
function expectBilled(row: FaultRow, { ending, api }: { readonly ending: FaultRow["ends"][number]; readonly api: string }, event: UsageEvent | undefined): void {
  const charged = BigInt(event?.chargeNanoUsd ?? "-1");
  const costs = (event?.attempts ?? []).map(({ costNanoUsd }) => BigInt(costNanoUsd));
  if (ending === "refused") { expect([charged, costs.at(-1)]).toEqual([0n, 0n]); return; }
  expect(charged).toBe(costs.at(-1));
  expect(charged).toBeGreaterThan(0n);
  if (ending === "second") expect(event?.usage.basis).toBe("reported");
  if (ending === "broken" || (row.estimated && api !== "embeddings")) expect(event?.usage.basis).toBe("estimated");
  if (ending === "second" && (row.at === "before headers")) expect(costs[0]).toBe(0n);
}
