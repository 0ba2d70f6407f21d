import type { PriceVersion } from "@trunkline/contracts";
import type { Candidate, RoutePlan } from "@trunkline/router-core";
import { describe, expect, it } from "vitest";
import { withSoldTiers } from "./sold-tiers.ts";

const price = (tierPerMille?: Record<string, number>) => ({ id: "prc_1", ...(tierPerMille ? { tierPerMille } : {}) }) as unknown as PriceVersion;
const candidate = (provider: string, given: Partial<Candidate>): Candidate => ({ provider, model: "a/big", price: price(), ...given }) as unknown as Candidate;
const OWN = { id: "crd_1", provider: "openai" } as unknown as NonNullable<Candidate["credential"]>;
const planOf = (...candidates: Candidate[]): RoutePlan => ({ candidates, rejected: [] }) as unknown as RoutePlan;
const served = (plan: RoutePlan, tier: string, carries = (_: Candidate) => true) => withSoldTiers(plan, tier, carries);

describe("a service tier", () => {
  it("is bought on the platform's credentials only where it has a price, and whoever is left out is named", () => {
    const { candidates, rejected } = served(planOf(candidate("openai", { price: price({ priority: 2_000 }) }), candidate("azure-openai", {})), "priority");
    expect(candidates.map(({ provider }) => provider)).toEqual(["openai"]);
    expect(rejected).toEqual([expect.objectContaining({ provider: "azure-openai", filter: "service_tier", reason: expect.stringContaining('"priority"') as string })]);
  });
  it("is taken on an organization's own credential, and not from the platform's behind it", () => {
    const { candidates } = served(planOf(candidate("openai", { credential: OWN }), candidate("openai", {})), "priority");
    expect(candidates.map(({ credential }) => credential)).toEqual([OWN]);
  });
  it("keeps nobody out to whom the field does not go", () => {
    expect(served(planOf(candidate("anthropic", {})), "priority", () => false).candidates).toHaveLength(1);
  });
  it("named like a member of every object has no price", () => {
    expect(served(planOf(candidate("openai", { price: price({ priority: 2_000 }) })), "constructor").candidates).toHaveLength(0);
  });
});
