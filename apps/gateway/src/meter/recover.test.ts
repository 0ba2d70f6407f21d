import { ZERO_USAGE, type UsageEvent } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { recover } from "./recover.ts";
import type { Recovered } from "./spool.ts";
import type { OpenPayload } from "./spool-records.ts";
import type { RecordKind } from "./frame.ts";

const draft: UsageEvent = {
  schema: 1, id: "req_1", mode: "live", organizationId: "org_1", projectId: "prj_1", apiKeyId: "key_1", createdAtMs: 0, inboundApi: "chat_completions", streaming: true, requestedModel: "m",
  presetSlug: null, presetVersion: null, status: "partial", httpStatus: 200, errorCode: null, errorMessage: null, provider: "openai", model: "openai/m", finishReason: null, durationMs: 1,
  timeToFirstTokenMs: 1, usage: ZERO_USAGE, priceVersionId: "prc_1", chargeNanoUsd: "0", losses: [], endUser: null, sessionId: null, metadata: {}, decision: null,
  attempts: [{ attempt: 1, provider: "openai", model: "openai/m", upstreamModel: "m", startedAtMs: 0, durationMs: 1, timeToFirstTokenMs: 1, status: 200, failureClass: null, message: null, usage: ZERO_USAGE, priceVersionId: "prc_1", costNanoUsd: "0" }],
};
const open: OpenPayload = { draft, budgetKeys: ["b"], storeEpoch: "one", inputTokens: 100, inputNanoUsd: "1000", outputNanoUsdPerMillion: "10000000", holdNanoUsd: "5000", estimatedCostNanoUsd: "2500" };
const record = (kind: RecordKind, payload: unknown): Recovered => ({ record: { kind, payload, offset: 0, length: 0 }, location: { segment: "s", offset: 0, length: 0 } });
const charged = (records: readonly Recovered[]) => recover(records).interrupted.map(({ event }) => [event.status, event.chargeNanoUsd, event.attempts[0]?.costNanoUsd]);

describe("what a killed process left", () => {
  it("charges the input and the tokens of the last mark", () => {
    expect(charged([record("open", open), record("progress", { id: "req_1", outputTokens: 10 }), record("progress", { id: "req_1", outputTokens: 200 })])).toEqual([["partial", "3000", "3000"]]);
  });
  it("never charges more than the hold", () => {
    expect(charged([record("open", open), record("progress", { id: "req_1", outputTokens: 9000 })])).toEqual([["partial", "5000", "91000"]]);
  });
  it("charges nothing without a mark, and absorbs the likely cost", () => {
    expect(charged([record("open", open)])).toEqual([["partial", "0", "2500"]]);
  });
  it("says of every answer that it closes that its figures are estimates, so that a provider's own settle them", () => {
    const bases = [[record("open", open)], [record("open", open), record("progress", { id: "req_1", outputTokens: 10 })]].flatMap((records) => recover(records).interrupted.map(({ event }) => [event.usage.basis, event.attempts[0]?.usage.basis]));
    expect(bases).toEqual([["estimated", "estimated"], ["estimated", "estimated"]]);
  });
  it("puts down what the provider bills the organization for a stream on its own key, by the tokens of the last mark", () => {
    const own = { ...open, inputNanoUsd: "0", outputNanoUsdPerMillion: "0", ownInputNanoUsd: "1000", ownOutputNanoUsdPerMillion: "10000000" };
    const closed = recover([record("open", own), record("progress", { id: "req_1", outputTokens: 200 })]).interrupted.map(({ event }) => [event.chargeNanoUsd, event.ownSpendNanoUsd]);
    expect(closed).toEqual([["0", "3000"]]);
  });
  it("leaves a stream alone that was closed before the kill", () => {
    const closed = recover([record("open", open), record("event", { event: { ...draft, status: "ok" }, budgetKeys: [], storeEpoch: null })]);
    expect(closed.interrupted).toEqual([]);
    expect(closed.events.map(({ event }) => event.status)).toEqual(["ok"]);
  });
});
