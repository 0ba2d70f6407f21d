import { expect, it } from "vitest";
import { asDependencyError, DependencyUnavailable } from "./dependency-unavailable.ts";

const failure = (code?: string): Error => Object.assign(new Error("password=secret"), code === undefined ? {} : { code });

it.each(["ECONNREFUSED", "ETIMEDOUT", undefined, "57014", "57P01", "53300", "08006", "28P01", "3D000"])("takes %s for Postgres being away, without repeating what it said", (code) => {
  const error = asDependencyError(failure(code));
  expect(error).toBeInstanceOf(DependencyUnavailable);
  expect(String(error)).not.toContain("secret");
});

it.each(["42P01", "42601", "22P02"])("lets %s be the programming error it is", (code) => {
  const error = failure(code);
  expect(asDependencyError(error)).toBe(error);
});
