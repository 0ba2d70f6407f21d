import { GatewayError, ZERO_USAGE, type TokenUsage } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import type { DeliveredResponse, RoutedCall, StreamEnding, WonAttempt } from "../stages.ts";
import { eventOfDelivered, eventOfFailure } from "./usage-event.ts";

const price = { id: "prc_1", provider: "openai", model: "x/m", effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: 1_000_000n, cacheReadNanoUsdPerMillion: 100_000n, cacheWriteNanoUsdPerMillion: 1_000_000n, outputNanoUsdPerMillion: 2_000_000n, source: "test" };
const reported = (inputTokens: number, outputTokens: number): TokenUsage => ({ ...ZERO_USAGE, inputTokens, outputTokens });

interface Ending { readonly how: StreamEnding; readonly usage: TokenUsage | null; readonly contentBytes: number; readonly complete: boolean; readonly failed?: boolean; readonly attempt?: number; readonly maxCostNanoUsd?: bigint; readonly feeBasisPoints?: number }
function settle({ how, usage, contentBytes, complete, failed = false, attempt = 1, maxCostNanoUsd = 1_000_000n, feeBasisPoints }: Ending) {
  const failure = failed ? { class: "network" as const, status: 200, publicMessage: "broke", retryAfterMs: null } : null;
  const record = { attempt, provider: "openai", model: "x/m", upstreamModel: "m", startedAtMs: 0, durationMs: 0, timeToFirstTokenMs: 1, status: 200, failureClass: null, message: null, usage: ZERO_USAGE, priceVersionId: "prc_1", costNanoUsd: "0" };
  const won = {
    routed: { exchange: { requestId: "req_1", receivedAtMs: 0 }, facts: { inputTokens: 100, requestedModel: "x/m", metadata: {} }, key: {}, mode: "live", call: { stream: true, inbound: "chat_completions" }, plan: {}, attempts: [record], explain: () => ({}) },
    candidate: { provider: "openai", model: "x/m", price, maxCostNanoUsd, estimatedCostNanoUsd: 1n, ...(feeBasisPoints === undefined ? {} : { credential: { id: "crd_1", label: "ours", circuit: "crd_1:1", feeBasisPoints } }) }, attempt, startedAtMs: 0, timeToFirstTokenMs: 1, losses: [],
  } as unknown as WonAttempt;
  const event = eventOfDelivered({ won, how, observation: { usage, contentBytes, finishReason: complete ? "stop" : null, failure, complete }, endedAtMs: 5, finish: () => undefined } as DeliveredResponse);
  return { status: event.status, basis: event.usage.basis, charge: event.chargeNanoUsd, cost: event.attempts[0]?.costNanoUsd, ownSpend: event.ownSpendNanoUsd, fee: event.ownKeyFeeNanoUsd };
}

describe("the settlement matrix", () => {
  it.each([
    ["a normal end pays what was reported", { how: "complete", usage: reported(10, 20), contentBytes: 400, complete: true }, { status: "ok", basis: "reported", charge: "50", cost: "50" }],
    ["a reported zero is a value", { how: "complete", usage: reported(0, 0), contentBytes: 400, complete: true }, { status: "ok", basis: "reported", charge: "0", cost: "0" }],
    ["a later attempt that serves is a rescue", { how: "complete", usage: reported(10, 20), contentBytes: 400, complete: true, attempt: 2 }, { status: "rescued", charge: "50" }],
    ["a finish without its terminator is a normal end", { how: "upstream_lost", usage: reported(10, 20), contentBytes: 400, complete: true }, { status: "ok", charge: "50" }],
    ["a normal end without usage is estimated", { how: "complete", usage: null, contentBytes: 400, complete: true }, { status: "ok", basis: "estimated", charge: "300", cost: "300" }],
    ["an empty answer with a blank finish is free", { how: "complete", usage: null, contentBytes: 0, complete: false }, { charge: "0" }],
    ["an empty answer with a blank finish is free also where its provider bills it, and the cost book keeps the bill", { how: "complete", usage: reported(10, 20), contentBytes: 0, complete: false }, { charge: "0", cost: "50" }],
    ["an error finish without content is free, and the cost book keeps the bill", { how: "upstream_lost", usage: reported(10, 0), contentBytes: 0, complete: false, failed: true }, { charge: "0", cost: "10" }],
    ["an upstream that dies half-way: input and delivered output", { how: "upstream_lost", usage: null, contentBytes: 400, complete: false, failed: true }, { status: "partial", basis: "estimated", charge: "300" }],
    ["an upstream that dies half-way after an opening usage: its input, the delivered output", { how: "upstream_lost", usage: reported(40, 1), contentBytes: 400, complete: false, failed: true }, { status: "partial", charge: "240" }],
    ["a broken stream never pays more than the hold, and the cost book keeps the rest", { how: "upstream_lost", usage: null, contentBytes: 400, complete: false, failed: true, maxCostNanoUsd: 120n }, { status: "partial", charge: "120", cost: "300" }],
    ["a caller that leaves pays input and what it received", { how: "caller_left", usage: null, contentBytes: 40, complete: false, failed: true }, { status: "cancelled", charge: "120" }],
    ["a plain answer whose caller is gone is paid in full", { how: "complete", usage: reported(10, 20), contentBytes: 400, complete: true }, { charge: "50" }],
    ["a report above the hold is posted as it is", { how: "complete", usage: reported(100, 100), contentBytes: 400, complete: true, maxCostNanoUsd: 10n }, { status: "ok", charge: "300" }],
    ["a deadline half-way pays like a lost upstream", { how: "deadline", usage: null, contentBytes: 400, complete: false, failed: true }, { status: "partial", charge: "300" }],
    ["an own key costs the plan's fee on its list price, and nothing in the cost book", { how: "complete", usage: reported(100, 200), contentBytes: 400, complete: true, feeBasisPoints: 500 }, { charge: "25", cost: "0", ownSpend: "500", fee: "25" }],
    ["the fee is rounded half up", { how: "complete", usage: reported(10, 0), contentBytes: 400, complete: true, feeBasisPoints: 500 }, { charge: "1", ownSpend: "10", fee: "1" }],
    ["a plan without a fee takes none of an own key", { how: "complete", usage: reported(100, 200), contentBytes: 400, complete: true, feeBasisPoints: 0 }, { charge: "0", cost: "0", ownSpend: "500", fee: undefined }],
    ["a broken answer on an own key pays the fee on what it delivered, at most what was held", { how: "upstream_lost", usage: null, contentBytes: 400, complete: false, failed: true, feeBasisPoints: 500, maxCostNanoUsd: 120n }, { charge: "6", cost: "0", fee: "6" }],
    ["an answer without content on an own key is free of the fee", { how: "complete", usage: reported(10, 20), contentBytes: 0, complete: false, feeBasisPoints: 500 }, { charge: "0", cost: "0", ownSpend: "50", fee: undefined }],
  ] as const)("%s", (_name, ending, expected) => expect(settle(ending)).toMatchObject(expected));
});

describe("a caller who left before an answer", () => {
  const own = { id: "crd_1", label: "ours", circuit: "crd_1:1" };
  function leave(credentialId: string | undefined) {
    const cancelled = { attempt: 1, provider: "openai", model: "x/m", upstreamModel: "m", startedAtMs: 0, durationMs: 1, timeToFirstTokenMs: null, status: null, failureClass: "cancelled", message: null, usage: reported(10, 20), priceVersionId: "prc_1", costNanoUsd: credentialId ? "0" : "50", ...(credentialId ? { credentialId } : {}) };
    const candidates = [{ provider: "openai", model: "x/m", price }, { provider: "openai", model: "x/m", price, credential: own }];
    const call = { exchange: { requestId: "req_1", receivedAtMs: 0 }, facts: { requestedModel: "x/m", metadata: {}, choice: { preset: null } }, key: {}, mode: "live", call: { stream: false, inbound: "chat_completions" }, plan: { candidates, presetSlug: null, presetVersion: null }, attempts: [cancelled], explain: () => ({}) } as unknown as RoutedCall;
    const { status, chargeNanoUsd, ownSpendNanoUsd } = eventOfFailure(call, new GatewayError("caller.invalid_request", "left"), { nowMs: 5, callerLeft: true });
    return [status, chargeNanoUsd, ownSpendNanoUsd];
  }

  it("pays what the cancelled attempt came to, to whom bills it", () => {
    expect(leave(undefined)).toEqual(["cancelled", "50", undefined]);
    expect(leave(own.id)).toEqual(["cancelled", "0", "50"]);
  });
});
