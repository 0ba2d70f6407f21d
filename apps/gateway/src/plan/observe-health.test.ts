import { ZERO_USAGE } from "@trunkline/contracts";
import { CircuitBook } from "@trunkline/router-core";
import { expect, it } from "vitest";
import { observeHealth } from "./observe-health.ts";

const ended = (change: Partial<Parameters<typeof observeHealth>[0]> = {}): Parameters<typeof observeHealth>[0] =>
  ({ status: "ok", provider: "openai", model: "a/m", streaming: true, usage: { ...ZERO_USAGE, outputTokens: 100 }, durationMs: 3_000, timeToFirstTokenMs: 1_000, createdAtMs: 0, ...change });
const key = { provider: "openai", model: "a/m", credentialOwner: "platform" };
const bookOf = (): CircuitBook => {
  const book = new CircuitBook({ jitter: () => 0 });
  book.record(key, { ok: true, timeToFirstTokenMs: 1_000, tokensPerSecond: null }, 0);
  return book;
};

it("learns how fast a provider writes from streams that ended well, and not from short or broken ones", () => {
  const book = bookOf();
  observeHealth(ended(), book);
  observeHealth(ended({ usage: { ...ZERO_USAGE, outputTokens: 2 } }), book);
  observeHealth(ended({ streaming: false, durationMs: 1_001 }), book);
  expect(book.snapshot("platform", 3_000).tokensPerSecond("openai", "a/m")).toBeCloseTo(50);
});

it("opens the circuit of a provider whose streams keep breaking after their first content", () => {
  const book = bookOf();
  for (let index = 0; index < 5; index++) observeHealth(ended({ status: "partial" }), book);
  expect(book.state(key, 3_000)).toBe("open");
});
