import { describe, expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";

describe("metrics", () => {
  it("count requests by inbound API and status, attempts by provider and class, and times in seconds", async () => {
    const metrics = createMetrics({ runtime: false });
    metrics.observeRequest({ inbound: "chat_completions", status: 200, durationMs: 1_500 });
    metrics.observeRequest({ inbound: "chat_completions", status: 429, durationMs: 1 });
    metrics.observeAttempt({ provider: "openai", class: "overloaded", durationMs: 20, timeToFirstTokenMs: null });
    metrics.observeAttempt({ provider: "groq", class: "ok", durationMs: 900, timeToFirstTokenMs: 120 });
    metrics.setSpool({ events: 7, bytes: 4096 });
    const text = await metrics.render();
    expect(text).toContain('trunkline_requests_total{inbound="chat_completions",status="2xx"} 1');
    expect(text).toContain('trunkline_requests_total{inbound="chat_completions",status="429"} 1');
    expect(text).toContain('trunkline_request_duration_seconds_sum{inbound="chat_completions"} 1.501');
    expect(text).toContain('trunkline_attempts_total{provider="openai",class="overloaded"} 1');
    expect(text).toContain('trunkline_time_to_first_token_seconds_sum{provider="groq"} 0.12');
    expect(text).not.toContain('time_to_first_token_seconds_sum{provider="openai"}');
    expect(text).toContain("trunkline_spool_events 7");
  });
  it("stay bounded when a label's values do not", async () => {
    const metrics = createMetrics({ runtime: false });
    for (let index = 0; index < 1_000; index++) metrics.observeAttempt({ provider: `p${index}`, class: `c${index}`, durationMs: 1, timeToFirstTokenMs: 1 });
    const text = await metrics.render();
    expect(text).toContain('provider="other",class="other"');
    expect(text.split("\n").filter((line) => line.startsWith("trunkline_attempts_total{")).length).toBeLessThanOrEqual(66);
  });
  it("fill a histogram's buckets cumulatively, its bound included", async () => {
    const metrics = createMetrics({ runtime: false });
    for (const durationMs of [50, 60, 1_000_000]) metrics.observeRequest({ inbound: "messages", status: 200, durationMs });
    const text = await metrics.render();
    const bucket = (le: string): string | undefined => new RegExp(`request_duration_seconds_bucket\\{inbound="messages",le="${le}"\\} (\\d+)`).exec(text)?.[1];
    expect([bucket("0.05"), bucket("0.1"), bucket("900"), bucket("\\+Inf")]).toEqual(["1", "2", "2", "3"]);
    expect(text).toContain('trunkline_request_duration_seconds_count{inbound="messages"} 3');
    expect(text).toContain("# TYPE trunkline_request_duration_seconds histogram");
  });
  it("are separate for each registry, and can carry Node's own", async () => {
    createMetrics({ runtime: false }).countRateLimited();
    const second = createMetrics();
    expect(await second.render()).toContain("trunkline_rate_limited_total 0");
    expect(await second.render()).toContain("process_cpu_seconds_total");
  });
});
