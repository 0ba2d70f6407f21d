import { describe, expect, it } from "vitest";
import { z } from "zod";
import { faultSentence, inputFaults } from "./input-fault.ts";

const schema = z.strictObject({
  name: z.string().min(1), limit: z.number().min(0), retries: z.int().max(3), tags: z.array(z.string()).max(1), scope: z.enum(["key", "project"]), kind: z.literal("live"),
  from: z.union([z.iso.date(), z.iso.datetime()]), word: z.string().regex(/^a/, "must begin with a"),
}).partial();
const faultOf = (value: unknown): string => {
  const parsed = schema.safeParse(value);
  return parsed.success ? "accepted" : inputFaults(parsed.error).map(({ path, message }) => `${path} ${message}`).join("; ");
};

describe("a fault of input", () => {
  it.each([
    [{ name: 3 }, "name must be a string"], [{ name: "" }, "name must not be empty"], [{ limit: -1 }, "limit must be at least 0"], [{ retries: 9 }, "retries must be at most 3"], [{ retries: 1.5 }, "retries must be a whole number"],
    [{ tags: ["a", "b"] }, "tags must have at most 1 entries"], [{ tags: [1] }, "tags[0] must be a string"], [{ scope: "planet" }, 'scope must be one of "key", "project"'], [{ kind: "dead" }, 'kind must be "live"'],
    [{ from: "x" }, "from has none of the forms that are taken here"], [{ word: "b" }, "word must begin with a"], [{ nam: 1 }, " holds a field unknown here: `nam`"], [[], " must be an object"],
  ])("says what to do: %j", (value, said) => expect(faultOf(value)).toBe(said));

  it("tells what is missing from what is wrong", () => {
    expect(inputFaults(z.object({ a: z.array(z.string()) }).safeParse({}).error as z.ZodError)).toEqual([{ path: "a", message: "is required: send an array" }]);
  });
  it("is one sentence, whoever wrote it", () => {
    expect([{ path: "a", message: "must be a string" }, { path: "", message: "must be an object" }, { path: "password", message: "Use 12 characters or more." }].map((fault) => faultSentence(fault, "`"))).toEqual(["`a` must be a string.", "The body must be an object.", "`password`: Use 12 characters or more."]);
  });
  it("echoes no value", () => expect(faultOf({ name: 1, scope: "secret-prompt", from: "secret-prompt" })).not.toContain("secret"));
});
