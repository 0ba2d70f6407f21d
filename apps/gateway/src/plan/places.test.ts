import type { AccessRule } from "@trunkline/contracts";
import type { Candidate, RoutePlan } from "@trunkline/router-core";
import { describe, expect, it } from "vitest";
import { createPlaces, type OwnAddresses } from "./places.ts";

const FRANKFURT = "https://bedrock-runtime.eu-central-1.amazonaws.com";
const VIRGINIA = "https://bedrock-runtime.us-east-1.amazonaws.com";
const ENDPOINT = { provider: "bedrock", model: "amazon/nova", upstreamModel: "amazon.nova" };
const ownAt = (addresses: Readonly<Record<string, string | null>>, leavesToPlatform = true): OwnAddresses => ({ idsOf: () => Object.keys(addresses), baseUrl: (id) => addresses[id] ?? null, leavesToPlatform: () => leavesToPlatform });
const places = (own: OwnAddresses | null, { serves = true } = {}) => createPlaces({ own, usual: () => VIRGINIA, platform: () => serves ? VIRGINIA : null });
const rule = (regions: AccessRule["regions"]): AccessRule => ({ owner: "project", models: { allow: [], deny: [] }, providers: { allow: [], deny: [] }, noTraining: false, zeroRetention: false, regions });
const candidates = (...ids: readonly (string | null)[]): RoutePlan => ({ candidates: ids.map((id) => ({ ...ENDPOINT, ...(id === null ? {} : { credential: { id, label: id, circuit: id } }) }) as Candidate) }) as unknown as RoutePlan;

describe("the places of a key's candidates", () => {
  it("are the operator's where the organization brings no key, and none where there is neither", () => {
    expect(places(null).regionsOf(ENDPOINT)).toEqual(["us"]);
    expect(places(null, { serves: false }).regionsOf(ENDPOINT)).toEqual([]);
  });
  it("are those of its own keys, and the operator's only where these may be left for it", () => {
    expect(places(ownAt({ a: FRANKFURT })).regionsOf(ENDPOINT)).toEqual(["eu", "us"]);
    expect(places(ownAt({ a: FRANKFURT, b: null }, false)).regionsOf(ENDPOINT)).toEqual(["eu", "us"]);
    expect(places(ownAt({ a: FRANKFURT }, false)).regionsOf(ENDPOINT)).toEqual(["eu"]);
  });
  it("leave of a plan the credentials that are in an allowed region", () => {
    const kept = (regions: AccessRule["regions"]): readonly (string | undefined)[] => places(ownAt({ a: FRANKFURT, b: null })).keepAllowed(candidates("a", "b", null), [rule(regions)]).candidates.map(({ credential }) => credential?.id);
    expect(kept(["eu"])).toEqual(["a"]);
    expect(kept(["us"])).toEqual(["b", undefined]);
    expect(kept([])).toEqual(["a", "b", undefined]);
    expect(kept(["jp"])).toEqual([]);
  });
});
