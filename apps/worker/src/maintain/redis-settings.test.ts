import { describe, expect, it } from "vitest";
import { assertKeepsJobs, UnfitRedis } from "./redis-settings.ts";

const report = (maxmemoryPolicy: string, ...problems: string[]) => ({ version: "7.0.15", appendOnly: true, maxmemoryPolicy, problems: maxmemoryPolicy === "noeviction" ? problems : [...problems, `maxmemory-policy is ${maxmemoryPolicy}: set it to noeviction`] });

describe("assertKeepsJobs", () => {
  it("refuses a server that evicts and says what to set, however it evicts", () => {
    for (const policy of ["allkeys-lru", "volatile-ttl"]) expect(() => assertKeepsJobs(report(policy))).toThrow(new RegExp(`${policy}: set it to noeviction`));
    expect(() => assertKeepsJobs(report("allkeys-lfu", "appendonly is off"))).toThrow(UnfitRedis);
  });
  it("reports what is unwise and goes on", () => {
    expect(assertKeepsJobs(report("noeviction", "appendonly is off"))).toEqual(["appendonly is off"]);
    expect(assertKeepsJobs(report("noeviction"))).toEqual([]);
  });
  it("does not stop where a managed server hides its settings", () => {
    expect(assertKeepsJobs(report("unknown"))).toEqual(["maxmemory-policy is unknown: set it to noeviction"]);
  });
});
