import { describe, expect, it } from "vitest";
import { isEmpty, parseFilter, writeFilter } from "./log-filter.ts";

describe("the log's filter", () => {
  it("reads tokens, names with spaces, and words to search for", () => {
    expect(parseFilter('status:failed key:"prod api"  timed   out model:openai/gpt-5')).toEqual({ tokens: { status: "failed", key: "prod api", model: "openai/gpt-5" }, search: "timed out" });
  });
  it("takes what is no known token as words", () => {
    expect(parseFilter("cost:1 https://x")).toEqual({ tokens: {}, search: "cost:1 https://x" });
    expect(isEmpty(parseFilter("  "))).toBe(true);
  });
  it("lets the last of two equal tokens win", () => {
    expect(parseFilter("status:ok STATUS:failed").tokens).toEqual({ status: "failed" });
  });
  it("survives the address: what is written reads the same", () => {
    for (const text of ["", "hello", "status:ok", 'key:"a b" status:rescued x y', "provider:azure-openai"]) {
      const once = writeFilter(parseFilter(text));
      expect(writeFilter(parseFilter(once))).toBe(once);
      expect(parseFilter(once)).toEqual(parseFilter(text));
    }
  });
});
