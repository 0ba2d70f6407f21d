import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../server/rest/openapi.ts";
import { findOperations, referenceOf } from "./reference.ts";

const source = { id: "management", title: "Management", baseUrl: "https://web.example/api/v1", keyName: "KEY" };
const section = referenceOf(openApiDocument("https://web.example"), source);
const operation = (method: string, path: string) => section.operations.find((one) => one.method === method && one.path === path);

describe("the API reference", () => {
  it("has every operation of the document, each with an address of its own", () => {
    expect(section.operations.length).toBeGreaterThan(40);
    expect(new Set(section.operations.map(({ id }) => id)).size).toBe(section.operations.length);
  });

  it("says of a body's fields their type, whether they are required, and their bounds", () => {
    expect(operation("POST", "/budgets")?.body).toEqual(expect.arrayContaining([
      { name: "period", type: '"daily" | "weekly" | "monthly" | "total"', required: true, note: "" },
      { name: "limitUsd", type: "string | number", required: true, note: "at least 0" },
      { name: "enforced", type: "boolean", required: false, note: "false: the budget only counts and warns; default true" },
    ]));
  });

  it("says what an answer holds, rows of a list with theirs", () => {
    expect(operation("GET", "/budgets")?.returned).toEqual(expect.arrayContaining([
      { name: "data[].period", type: '"daily" | "weekly" | "monthly" | "total"', required: true, note: "" },
      { name: "data[].spentUsd", type: "string", required: true, note: expect.stringContaining("US dollars") },
      { name: "has_more", type: "boolean", required: true, note: "" },
    ]));
    expect(section.operations.filter(({ returned }) => returned.length === 0).map(({ path }) => path)).toEqual([]);
  });

  it("gives an example with every required field that can be sent as it stands", () => {
    const example = operation("POST", "/budgets")?.example ?? "";
    const body = JSON.parse(/-d '([\s\S]*)'$/.exec(example)?.[1] ?? "null") as object;
    expect(Object.keys(body)).toEqual(["scope", "scopeId", "name", "period", "limitUsd"]);
    expect(example).toContain("curl -X POST https://web.example/api/v1/budgets");
  });

  it("lays out objects within lists, to the third level, and leaves null out", () => {
    const nested = referenceOf({ paths: { "/chat": { post: { requestBody: { content: { "application/json": { schema: { type: "object", properties: { messages: { type: "array", items: { type: "object", required: ["role"], properties: { role: { anyOf: [{ type: "string" }, { type: "null" }] } } } } } } } } } } } } }, source);
    expect(nested.operations[0]?.body.map(({ name, type, required }) => [name, type, required])).toEqual([["messages", "object[]", false], ["messages[].role", "string", true]]);
  });

  it("finds by words of path, summary and fields", () => {
    expect(findOperations(section, "rotate key").map(({ path }) => path)).toEqual(["/keys/{id}/rotate"]);
    expect(findOperations(section, "limitUsd post").map(({ path }) => path)).toContain("/budgets");
    expect(findOperations(section, "nothing of this kind")).toEqual([]);
  });
});
