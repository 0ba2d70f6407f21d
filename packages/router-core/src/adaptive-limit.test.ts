import { expect, it } from "vitest";
import { AdaptiveLimit } from "./adaptive-limit.ts";

const started = (count: number, nowMs = 0): AdaptiveLimit => {
  const limit = new AdaptiveLimit();
  for (let index = 0; index < count; index++) limit.start(nowMs);
  return limit;
};

it("bounds nothing before the first refusal", () => {
  const limit = started(10_000);
  expect([limit.hasRoom(0), limit.share]).toEqual([true, 0]);
});

it("falls to seven tenths of what was under way, once for refusals that arrive together", () => {
  const limit = started(20);
  limit.refuse(1_000);
  for (let index = 0; index < 5; index++) limit.refuse(1_100);
  expect(limit.hasRoom(1_100)).toBe(false);
  limit.end();
  expect(limit.hasRoom(1_100)).toBe(true);
});

it("grows by about one for a round of successes, and never falls below one", () => {
  const limit = started(1);
  limit.refuse(0);
  expect(limit.hasRoom(0)).toBe(true);
  limit.start(0);
  expect(limit.hasRoom(0)).toBe(false);
  limit.succeed();
  limit.start(0);
  expect(limit.hasRoom(0)).toBe(true);
});

it("forgets requests that never ended, and a limit that was not touched for ten minutes", () => {
  const limit = started(10);
  limit.refuse(0);
  expect(limit.hasRoom(1)).toBe(false);
  expect(limit.hasRoom(60_001)).toBe(true);
  for (let index = 0; index < 50; index++) limit.start(600_001);
  expect(limit.hasRoom(600_001)).toBe(true);
});
