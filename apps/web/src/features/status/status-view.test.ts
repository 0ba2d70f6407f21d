import { STATUS_BUCKET_MS } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { statusView, type StatusRows } from "./status-view.ts";

const NOW = Date.UTC(2026, 10, 23, 12, 4);
const bucket = (ago: number): Date => new Date(Math.floor(NOW / STATUS_BUCKET_MS) * STATUS_BUCKET_MS - ago * STATUS_BUCKET_MS);
const rows = (change: Partial<StatusRows>): StatusRows => ({ nowMs: NOW, days: [], recent: [], bad: [], ...change });
const partOf = (view: ReturnType<typeof statusView>, subject: string) => [...view.components, ...view.providers].find((part) => part.subject === subject);

describe("the status page", () => {
  it("claims no health where nothing was sampled", () => {
    const part = partOf(statusView(rows({})), "component:gateway");
    expect(part).toMatchObject({ state: "unknown", uptime: null, errorShare: null });
    expect(part?.days).toHaveLength(90);
    expect(part?.days.every(({ uptime }) => uptime === null)).toBe(true);
  });

  it.each([[1000, 5, "up"], [95, 5, "degraded"], [3, 7, "down"], [1, 1, "up"], [0, 1, "down"]] as const)("says of %i answered and %i failed: %s", (ok, failed, state) => {
    const view = statusView(rows({ days: [{ subject: "provider:openai", day: new Date(NOW), ok, failed }], recent: [{ subject: "provider:openai", bucket: bucket(0), ok, failed }] }));
    expect(partOf(view, "provider:openai")?.state).toBe(state);
  });

  it("puts each day in its place, today last", () => {
    const view = statusView(rows({ days: [{ subject: "component:gateway", day: new Date(Date.UTC(2026, 10, 23)), ok: 99, failed: 1 }, { subject: "component:gateway", day: new Date(Date.UTC(2026, 10, 21)), ok: 10, failed: 0 }] }));
    expect(partOf(view, "component:gateway")?.days.slice(-3)).toEqual([{ day: "2026-11-21", uptime: 1 }, { day: "2026-11-22", uptime: null }, { day: "2026-11-23", uptime: 0.99 }]);
  });

  it("joins bad spans into one incident, and says when it goes on", () => {
    const bad = [9, 8, 6, 1, 0].map((ago) => ({ subject: "provider:openai", bucket: bucket(ago), ok: 1, failed: 9 }));
    const view = statusView(rows({ bad: [...bad, { subject: "component:database", bucket: bucket(8), ok: 0, failed: 10 }] }));
    expect(view.incidents).toEqual([
      { subject: "provider:openai", label: "openai", from: bucket(1).toISOString(), to: null, failedShare: 0.9 },
      { subject: "component:database", label: "Database", from: bucket(8).toISOString(), to: bucket(7).toISOString(), failedShare: 1 },
      { subject: "provider:openai", label: "openai", from: bucket(9).toISOString(), to: bucket(5).toISOString(), failedShare: 0.9 },
    ].sort((a, b) => (a.from < b.from ? 1 : -1)));
  });
});
