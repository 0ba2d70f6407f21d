import { ZERO_USAGE } from "@trunkline/contracts";
import { expect, it } from "vitest";
import { SessionPlaces } from "./session-places.ts";

const turn = (change: Partial<Parameters<SessionPlaces["observe"]>[0]> = {}, cached = 0) =>
  ({ organizationId: "org", sessionId: "s", provider: "anthropic", model: "a/m", status: "ok" as const, usage: { ...ZERO_USAGE, inputTokens: 100 - cached, cacheReadTokens: cached }, ...change });

it("remembers where a conversation was served and follows the share of its input that came from the cache", () => {
  const places = new SessionPlaces();
  expect(places.find("org", "s")).toBeNull();
  places.observe(turn());
  places.observe(turn({}, 80));
  expect(places.find("org", "s")).toEqual({ provider: "anthropic", model: "a/m", cachedShare: 0.4 });
  places.observe(turn({ provider: "openai" }));
  expect(places.find("org", "s")).toEqual({ provider: "openai", model: "a/m", cachedShare: 0 });
});

it("keeps the conversations of two organizations apart, and forgets the one that rested longest", () => {
  const places = new SessionPlaces(2);
  for (const sessionId of ["a", "b", "c"]) places.observe(turn({ sessionId }));
  expect(places.find("org", "a")).toBeNull();
  expect(places.find("org", "c")).not.toBeNull();
  expect(places.find("other", "c")).toBeNull();
});
