import { expect, it } from "vitest";
import { parseArguments, required } from "./arguments.ts";

it("separates words, flags with values and switches", () => {
  const parsed = parseArguments(["key", "create", "--name", "ci", "--json", "--limit=12.5"]);
  expect(parsed.words).toEqual(["key", "create"]);
  expect([...parsed.flags]).toEqual([["name", "ci"], ["json", "true"], ["limit", "12.5"]]);
});

it("names the flag that is missing", () => expect(() => required(parseArguments(["bootstrap"]), "email")).toThrow("--email is missing"));
