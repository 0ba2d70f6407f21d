import { describe, expect, it } from "vitest";
import { FaultSyntaxError, parseFaults, selectFault, strikeAtTokens } from "./faults.ts";

const only = (order: string) => parseFaults(order)[0]?.fault;

describe("parseFaults", () => {
  it.each([
    ["status=503", { status: 503 }],
    ["status=429,retry_after=2", { status: 429, retryAfter: "2" }],
    ["status=429,retry_after=2.5", { status: 429, retryAfter: "2.5" }],
    ["status=429,retry_after=-1", { status: 429, retryAfter: "-1" }],
    ["status=429,retry_after=99999999999", { status: 429, retryAfter: "99999999999" }],
    ["status=429,retry_after=date+2", { status: 429, retryAfter: "date+2" }],
    ["status=429,retry_after_ms=1500", { status: 429, retryAfterMs: "1500" }],
    ["status=400,code=context_length_exceeded", { status: 400, code: "context_length_exceeded" }],
    ["delay=2000", { delayMs: 2000 }], ["ttft=1500", { ttftMs: 1500 }], ["pace=20", { paceMs: 20 }],
    ["hang", { hang: true }], ["reset", { reset: true }], ["cut@40", { cutAtTokens: 40 }], ["stall@40", { stallAtTokens: 40 }],
    ["error@40", { errorAtTokens: 40 }], ["malformed", { malformedAtTokens: 0 }], ["malformed@8", { malformedAtTokens: 8 }],
    ["empty", { empty: true }], ["overloaded_first", { overloadedFirst: true }], ["no_usage", { noUsage: true }], ["no_limit", { noLimit: true }], ["wrong_form", { wrongForm: true }],
    ["no_done", { noDone: true }], ["blank", { blank: true }], ["error_finish", { errorFinish: true }], ["restart@5", { restartAtTokens: 5 }],
    ["usage=1000,200", { usage: { inputTokens: 1000, outputTokens: 200 } }],
    ["usage=1000,200,pace=1", { usage: { inputTokens: 1000, outputTokens: 200 }, paceMs: 1 }],
    ["tokens=300", { tokens: 300 }], ["seed=7", { seed: 7 }], ["split=utf8", { splitUtf8: true }],
    ["text=one, two: three=4", { text: "one, two: three=4" }], ["text=caf%C3%A9%3B 50%25", { text: "café; 50%" }], ["text=50%", { text: "50%" }],
  ])("understands %s", (order, expected) => {
    expect(only(order)).toEqual(expected);
  });

  it("takes several clauses, each for its provider or for all", () => {
    expect(parseFaults(" openai:status=503 ; pace=5; Mistral:cut@3 ;").map(({ provider, fault }) => ({ provider, fault }))).toEqual([
      { provider: "openai", fault: { status: 503 } }, { provider: null, fault: { paceMs: 5 } }, { provider: "mistral", fault: { cutAtTokens: 3 } }]);
  });

  it.each(["sttus=503", "status=200", "status=abc", "cut@x", "cut", "delay=-1", "usage=5", "split=utf16", "retry_after=soon", "chance=2", "nonsense", "openai:what@3", "toString", "constructor=1"])(
    "refuses %s by naming it", (order) => {
      expect(() => parseFaults(order)).toThrow(FaultSyntaxError);
      expect(() => parseFaults(order)).toThrow(order.replace("openai:", ""));
    });
});

describe("selectFault", () => {
  const facts = { provider: "openai", attempt: 1, draw: () => 0.5 };

  it("lets a rule for the provider win over a general one, wherever it stands", () => {
    expect(selectFault(parseFaults("openai:pace=1;pace=2,tokens=9"), facts)).toEqual({ paceMs: 1, tokens: 9 });
  });

  it("holds a rule to its attempt and to its chance", () => {
    expect(selectFault(parseFaults("status=503,attempt=2"), facts)).toEqual({});
    expect(selectFault(parseFaults("status=503,attempt=1"), facts)).toEqual({ status: 503 });
    expect(selectFault(parseFaults("status=503,chance=0.4"), facts)).toEqual({});
    expect(selectFault(parseFaults("status=503,chance=0.6"), facts)).toEqual({ status: 503 });
  });
});

it("strikes at the earliest position ordered", () => {
  expect(strikeAtTokens({ cutAtTokens: 9, errorAtTokens: 4 })).toBe(4);
  expect(strikeAtTokens({ status: 500 })).toBeNull();
});
