import { expect, it } from "vitest";
import { createAttemptLimit } from "./attempt-limit.ts";

it("refuses the attempt after the last allowed one, until the window ends", () => {
  let now = 0;
  const limit = createAttemptLimit({ max: 2, windowMs: 1000, nowMs: () => now });
  expect([limit.take(["a"]), limit.take(["a"]), limit.take(["a"])]).toEqual([null, null, 1000]);
  now = 1000;
  expect(limit.take(["a"])).toBeNull();
});

it("refuses when either the address or the account is exhausted", () => {
  const limit = createAttemptLimit({ max: 1, windowMs: 1000, nowMs: () => 0 });
  expect(limit.take(["ip:1", "account:a"])).toBeNull();
  expect(limit.take(["ip:2", "account:a"])).toBe(1000);
  expect(limit.take(["ip:3", "account:b"])).toBeNull();
});
