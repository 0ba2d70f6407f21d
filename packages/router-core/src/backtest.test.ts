import { SEED, snapshotFrom } from "@trunkline/catalog";
import { presetDocumentSchema } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { backtest, type PastRequest } from "./backtest.ts";

const catalog = snapshotFrom(SEED);
const NOW_MS = Date.UTC(2026, 10, 22);
const row = (id: string, change: Partial<PastRequest> = {}): PastRequest => ({
  id, createdAt: new Date(NOW_MS - 3_600_000), apiKeyId: "key_1", projectId: "prj_1", provider: "openai", model: "openai/gpt-5.1", durationMs: 2_000, timeToFirstTokenMs: 500, endUser: null, sessionId: null, decision: null,
  inputTokens: 1_000_000n, cacheReadTokens: 0n, cacheWriteTokens: 0n, outputTokens: 0n, reasoningTokens: 0n, metadata: {}, ...change,
});
const documentOf = (model: string, when: object = {}) => presetDocumentSchema.parse({ rules: [{ name: "r", when, targets: [{ model }] }] });
const small = { inputTokens: 1_000n };
const run = (rows: readonly PastRequest[], draft: ReturnType<typeof documentOf>, published: ReturnType<typeof documentOf> | null = documentOf("openai/gpt-5.1")) => backtest({ rows, slug: "mine", draft, published, catalog, nowMs: NOW_MS });

describe("a backtest", () => {
  it("shows cost, p95 and the share of requests that change model beside the published version", () => {
    const rows = [row("req_1", small), row("req_2", { ...small, provider: "openai", model: "openai/gpt-5-nano", durationMs: 400 })];
    const result = run(rows, documentOf("openai/gpt-5-nano"));
    expect(result).toMatchObject({ requests: 2, changedModelShare: 1, draft: { durationMsP95: 400, withoutCandidate: 0, models: [{ model: "openai/gpt-5-nano", requests: 2 }] }, published: { durationMsP95: 2_000 } });
    expect(Number(result.draft.costUsd)).toBeLessThan(Number(result.published?.costUsd));
  });
  it("names the requests nobody could have served", () => {
    expect(run([row("req_1"), row("req_2", small)], documentOf("openai/gpt-5.1"))).toMatchObject({ unserved: ["req_1"], draft: { withoutCandidate: 1 }, changedModelShare: 0 });
  });
  it("matches by key, label, end user and the task that was told then", () => {
    const decision = { task: { label: "code", source: "inferred" } };
    const match = (when: object, change: Partial<PastRequest>) => run([row("req_1", { ...small, ...change })], documentOf("openai/gpt-5-nano", when)).draft.withoutCandidate;
    expect([match({ keys: ["key_1"] }, {}), match({ metadata: { a: "b" } }, { metadata: { a: "b" } }), match({ endUsers: ["ann"] }, { endUser: "ann" }), match({ task: ["code"] }, { decision })]).toEqual([0, 0, 0, 0]);
    expect(match({ task: ["code"] }, {})).toBe(1);
  });
  it("says what it has no measurement for, and compares with nothing where nothing is published", () => {
    expect(run([row("req_1", small)], documentOf("mistralai/mistral-small"), null)).toMatchObject({ published: null, changedModelShare: null, draft: { unmeasured: 1, durationMsP95: null } });
    expect(run([], documentOf("openai/gpt-5.1"))).toMatchObject({ requests: 0, changedModelShare: null });
  });
});
