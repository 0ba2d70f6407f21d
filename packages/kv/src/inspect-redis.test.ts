import { expect, it } from "vitest";
import { report } from "./inspect-redis.ts";

it("finds nothing wrong with a durable server that never evicts", () => {
  expect(report("redis_version:7.0.15\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n")).toEqual({ version: "7.0.15", maxmemoryPolicy: "noeviction", appendOnly: true, problems: [] });
});

it("names the setting to change on a server that may evict, loses writes, or is too old", () => {
  const { problems } = report("redis_version:6.0.9\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:0\r\n");
  expect(problems.map((problem) => problem.split(" ")[0])).toEqual(["Redis", "maxmemory-policy", "appendonly"]);
});
