import { describe, expect, it } from "vitest";
import { eventTimeOf, INVOICE_OPEN_MS } from "./event-time.ts";

const END_MS = Date.UTC(2026, 9, 1);
const at = (nowMs: number, notBeforeMs = 0): number => eventTimeOf({ windowEndMs: END_MS, nowMs, notBeforeMs });

describe("the moment that a meter event names", () => {
  it("lies within the window while the invoice of a period that ended with it is still open", () => {
    expect([at(END_MS + 120_000), at(END_MS + INVOICE_OPEN_MS)]).toEqual([END_MS - 1_000, END_MS - 1_000]);
  });

  it("is now for late usage: no invoice that is final takes it in any more", () => {
    expect(at(END_MS + INVOICE_OPEN_MS + 1_500)).toBe(END_MS + INVOICE_OPEN_MS + 1_000);
  });

  it("is never within a subscription that is over and set off: credit pays for what comes after", () => {
    expect([at(END_MS + 120_000, END_MS - 500), at(END_MS + 120_000, END_MS - 60_000)]).toEqual([END_MS, END_MS - 1_000]);
  });
});
