import fc from "fast-check";
import { expect, it } from "vitest";
import { isUsageEvent } from "./is-usage-event.ts";
import { usageEventSchema } from "./job-schemas.ts";
import { usageEvent } from "./usage-event.fixture.ts";

type Path = readonly (string | number)[];
const whole = JSON.parse(JSON.stringify({ ...usageEvent("req_1"), losses: ["top_k"], metadata: { team: "a" }, decision: { preset: "cost" } })) as unknown;

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (value === null || typeof value !== "object") return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, Array.isArray(value) ? Number(name) : name]))];
}
/** The value with another at that place, or without the member where `put` is undefined. */
function changed(value: unknown, [name, ...rest]: Path, put: unknown): unknown {
  if (name === undefined) return put;
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => (index === name ? (rest.length === 0 && put === undefined ? [] : [changed(item, rest, put)]) : [item]));
  const { [name]: inner, ...others } = value as Record<string, unknown>;
  return rest.length === 0 && put === undefined ? others : { ...others, [name]: changed(inner, rest, put) };
}

const PATHS = pathsOf(whole);
const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, "", "live", "0", "9".repeat(18), "9".repeat(19), "-1", "1\n", 0, -1, 0.5, 1, 2 ** 53, Number.MAX_SAFE_INTEGER, 1e300, true, [], {}, [null], { a: 1 }),
  fc.jsonValue() as fc.Arbitrary<unknown>,
);

it("knows an event", () => expect(isUsageEvent(whole)).toBe(true));
it("decides as the schema does, whatever stands or lacks at whatever place", () => {
  for (const path of PATHS) {
    expect(isUsageEvent(changed(whole, path, undefined)), path.join(".")).toBe(usageEventSchema.safeParse(changed(whole, path, undefined)).success);
    expect(isUsageEvent(changed(whole, path, null)), path.join(".")).toBe(usageEventSchema.safeParse(changed(whole, path, null)).success);
  }
  fc.assert(fc.property(fc.constantFrom(...PATHS), odd, (path, put) => {
    const event = changed(whole, path, put);
    expect(isUsageEvent(event)).toBe(usageEventSchema.safeParse(event).success);
  }), { numRuns: 2_000 });
});
