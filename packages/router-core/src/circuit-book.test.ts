import type { FailureClass } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { CircuitBook } from "./circuit-book.ts";
import type { AttemptOutcome, CircuitKey } from "./circuit-book.ts";

const key: CircuitKey = { provider: "openai", model: "openai/gpt-5", credentialOwner: "platform" };
const fault = (failureClass: FailureClass = "server_error", retryAfterMs: number | null = null): AttemptOutcome => ({ ok: false, failure: { class: failureClass, status: 500, publicMessage: "", retryAfterMs } });
const success: AttemptOutcome = { ok: true, timeToFirstTokenMs: 100, tokensPerSecond: 50 };
const bookOf = (jitter = 0, entriesMax = 100): CircuitBook => new CircuitBook({ jitter: () => jitter, entriesMax });
const times = (count: number, act: (index: number) => void): void => { for (let index = 0; index < count; index++) act(index); };
const opened = (book = bookOf(), outcome = fault()): CircuitBook => { times(5, () => book.record(key, outcome, 0)); return book; };

describe("a circuit", () => {
  it("opens on the fifth upstream fault in a row, not before, and a success starts the count anew", () => {
    const book = bookOf();
    times(4, () => book.record(key, fault(), 0));
    book.record(key, success, 0);
    times(4, () => book.record(key, fault(), 0));
    expect(book.state(key, 0)).toBe("closed");
    book.record(key, fault(), 0);
    expect(book.state(key, 0)).toBe("open");
  });
  it("counts as open with its provider until its cooldown ends", () => {
    const book = opened();
    times(5, () => book.record({ ...key, model: "openai/gpt-5-mini" }, fault(), 0));
    book.record({ ...key, provider: "gemini", model: "google/gemini-2.5-pro" }, success, 0);
    expect([...book.openByProvider(1)]).toEqual([["openai", 2]]);
    expect([...book.openByProvider(3_600_000)]).toEqual([]);
  });
  it("opens when half of ten outcomes within a minute are faults", () => {
    const book = bookOf();
    times(9, (index) => book.record(key, index % 2 === 0 ? success : fault(), 1000));
    expect(book.state(key, 1000)).toBe("closed");
    book.record(key, fault(), 1000);
    expect(book.state(key, 1000)).toBe("open");
  });
  it("forgets outcomes older than a minute", () => {
    const book = bookOf();
    times(9, (index) => book.record(key, index % 2 === 0 ? success : fault(), 0));
    book.record(key, fault(), 61_000);
    expect(book.state(key, 61_000)).toBe("closed");
  });
  it("grants one trial after five seconds, and closes when it succeeds", () => {
    const book = opened();
    expect([book.state(key, 4_999), book.admit(key, 4_999), book.state(key, 5_000)]).toEqual(["open", false, "half_open"]);
    expect([book.admit(key, 5_000), book.admit(key, 5_000), book.state(key, 5_000)]).toEqual([true, false, "open"]);
    book.record(key, success, 5_100);
    expect(book.state(key, 5_100)).toBe("closed");
  });
  it("doubles its cooldown with every failed trial up to five minutes, and begins anew after a minute of health", () => {
    const book = opened();
    let nowMs = 0;
    const cooldowns: number[] = [];
    times(8, () => {
      const before = nowMs;
      while (book.state(key, nowMs) !== "half_open") nowMs += 1_000;
      cooldowns.push(nowMs - before);
      book.admit(key, nowMs);
      book.record(key, fault(), nowMs);
    });
    expect(cooldowns).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
    nowMs += 300_000;
    book.record(key, success, nowMs);
    nowMs += 60_001;
    times(5, () => book.record(key, fault(), nowMs));
    expect(book.state(key, nowMs + 5_000)).toBe("half_open");
  });
  it("leaves a provider that serves now and then alone for longer each time, because one good trial is no recovery", () => {
    const book = opened();
    let nowMs = 0;
    const cooldowns: number[] = [];
    times(5, () => {
      const before = nowMs;
      while (book.state(key, nowMs) !== "half_open") nowMs += 1_000;
      cooldowns.push(nowMs - before);
      book.admit(key, nowMs);
      book.record(key, success, nowMs);
      expect(book.state(key, nowMs)).toBe("closed");
      times(5, () => book.record(key, fault(), nowMs));
    });
    expect(cooldowns).toEqual([5_000, 10_000, 20_000, 40_000, 80_000]);
  });
  it("takes upstream's retry-after as the floor of a cooldown, five minutes at most", () => {
    const book = opened(bookOf(), fault("rate_limited", 30_000));
    expect([book.state(key, 29_999), book.state(key, 30_000)]).toEqual(["open", "half_open"]);
    expect(opened(bookOf(), fault("rate_limited", 86_400_000)).state(key, 300_000)).toBe("half_open");
  });
  it("shortens a cooldown by jitter", () => { expect(opened(bookOf(0.5)).state(key, 4_500)).toBe("half_open"); });
  it("is not prolonged by faults that arrive while it is open", () => {
    const book = opened();
    times(20, () => book.record(key, fault(), 4_000));
    expect(book.state(key, 5_000)).toBe("half_open");
  });
  it("gives a trial back when the caller was at fault or left, or when its outcome never came", () => {
    const book = opened();
    book.admit(key, 5_000);
    book.record(key, fault("cancelled"), 5_001);
    expect(book.state(key, 5_001)).toBe("half_open");
    book.admit(key, 6_000);
    expect(book.state(key, 6_000 + 60_000)).toBe("half_open");
  });
  it("gives a trial back when no attempt was made", () => {
    const book = opened();
    book.admit(key, 5_000);
    expect(book.admit(key, 5_001)).toBe(false);
    book.release(key);
    expect(book.admit(key, 5_002)).toBe(true);
  });
  it.each<FailureClass>(["caller_error", "context_overflow", "content_filtered", "cancelled"])("does not count %s", (failureClass) => {
    const book = bookOf();
    times(50, () => book.record(key, fault(failureClass), 0));
    expect(book.state(key, 0)).toBe("closed");
  });
});

describe("credentials", () => {
  it.each<FailureClass>(["credential_rejected", "quota_exhausted"])("%s closes off every model of that owner at that provider, and nobody else's", (failureClass) => {
    const book = bookOf();
    book.record({ ...key, credentialOwner: "org_a" }, fault(failureClass), 0);
    expect(book.state({ ...key, credentialOwner: "org_a" }, 0)).toBe("open");
    expect(book.state({ ...key, model: "openai/gpt-5-mini", credentialOwner: "org_a" }, 299_999)).toBe("open");
    expect(book.state({ ...key, model: "openai/gpt-5-mini", credentialOwner: "org_a" }, 300_000)).toBe("half_open");
    expect(book.state(key, 0)).toBe("closed");
    expect(book.state({ ...key, provider: "groq", credentialOwner: "org_a" }, 0)).toBe("closed");
  });
  it("work again after one success", () => {
    const book = bookOf();
    book.record(key, fault("credential_rejected"), 0);
    book.record(key, success, 300_000);
    expect(book.state(key, 300_000)).toBe("closed");
  });
});

describe("speed", () => {
  it("is unknown until measured, follows the recent half, and is forgotten when old", () => {
    const book = bookOf();
    const ttft = (nowMs: number): number | null => book.snapshot("platform", nowMs).timeToFirstTokenMs(key.provider, key.model);
    expect(ttft(0)).toBeNull();
    times(10, () => book.record(key, { ok: true, timeToFirstTokenMs: 1_000, tokensPerSecond: null }, 0));
    expect(ttft(0)).toBeCloseTo(1_000);
    times(10, () => book.record(key, { ok: true, timeToFirstTokenMs: 100, tokensPerSecond: 80 }, 1_800_000));
    expect(ttft(1_800_000)).toBeLessThan(105);
    expect(book.snapshot("org_b", 1_800_000).tokensPerSecond(key.provider, key.model)).toBeCloseTo(80);
    expect(ttft(1_800_000 + 86_400_000)).toBeNull();
  });
  it("is not thrown off by one outlier as an average would be", () => {
    const book = bookOf();
    times(9, () => book.record(key, { ok: true, timeToFirstTokenMs: 100, tokensPerSecond: null }, 0));
    book.record(key, { ok: true, timeToFirstTokenMs: 60_000, tokensPerSecond: null }, 0);
    expect(book.snapshot("platform", 0).timeToFirstTokenMs(key.provider, key.model)).toBeLessThan(200);
  });
});

describe("what a provider bears at once", () => {
  const busy = (book: CircuitBook, count: number): number => Array.from({ length: count }, () => book.admit(key, 1_000)).filter(Boolean).length;
  it("is bounded by credential after it refused twice, and told as a share for the least busy strategy", () => {
    const book = bookOf();
    expect(busy(book, 50)).toBe(50);
    book.record(key, fault("rate_limited"), 0);
    expect(busy(book, 10)).toBe(10);
    book.record(key, fault("rate_limited"), 1_000);
    expect(book.admit(key, 1_000)).toBe(false);
    expect(book.admit({ ...key, credentialOwner: "org_a" }, 1_000)).toBe(true);
    expect(book.snapshot("platform", 1_000).busyShare?.("openai")).toBeCloseTo(9 / 7);
    book.record(key, success, 1_000);
    book.release(key);
    book.release(key);
    expect(book.admit(key, 1_000)).toBe(true);
  });
});

it("knows the p95 of the time to first token beside its median", () => {
  const book = bookOf();
  for (let step = 1; step < 200; step++) book.record(key, { ok: true, timeToFirstTokenMs: Math.exp(6 + 0.5 * Math.sqrt(2) * inverseErf(step / 100 - 1)), tokensPerSecond: null }, 0);
  const health = book.snapshot("platform", 0);
  expect(health.timeToFirstTokenMs("openai", key.model)).toBeCloseTo(Math.exp(6), -1);
  expect(Math.abs((health.timeToFirstTokenP95Ms?.("openai", key.model) ?? 0) / Math.exp(6 + 0.5 * 1.645) - 1)).toBeLessThan(0.03);
});
/** Winitzki's approximation; enough to draw a normal's quantiles. */
function inverseErf(value: number): number {
  const log = Math.log(1 - value * value);
  const term = 2 / (Math.PI * 0.147) + log / 2;
  return Math.sign(value) * Math.sqrt(Math.sqrt(term * term - log / 0.147) - term);
}

it("stays within its bound and forgets the least recently used", () => {
  const book = bookOf(0, 3);
  opened(book);
  times(10, (index) => { book.record({ ...key, model: `m${index}` }, success, 0); book.record(key, fault(), 0); });
  expect(book.size).toBe(3);
  expect(book.state(key, 0)).toBe("open");
});
