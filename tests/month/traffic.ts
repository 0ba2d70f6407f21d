// The usage of the month: events as a gateway's metering makes them, and beside each what a person with pencil and paper expects to be charged. The
// expectation is computed here from tokens and prices alone, and never read back from what is tested.
import { rate } from "../../packages/catalog/src/index.ts";
import { ownKeyFee, type PriceVersion, type TokenUsage, type UsageEvent } from "../../packages/contracts/src/index.ts";
import type { Chance } from "./chance.ts";

export interface JournalLine { readonly id: string; readonly party: number; readonly createdAtMs: number; readonly versionId: string; readonly model: number; readonly usage: TokenUsage; readonly feeBasisPoints: number | null }
export interface Call { readonly party: number; readonly organizationId: string; readonly createdAtMs: number; readonly model: number; readonly version: PriceVersion; /** null: the platform's keys serve. */ readonly feeBasisPoints: number | null }

export const PROVIDER = "openai";
export const modelId = (model: number): string => `openai/month-${model}`;

const MILLION = 1_000_000n;
export interface Prices { readonly input: bigint; readonly output: bigint }

/** By hand: every class times its price, half a nano-USD up; of own keys only the fee on it. Cache reads cost as input does in this month. */
export function expectedCharge({ usage, feeBasisPoints }: JournalLine, { input, output }: Prices): bigint {
  const list = (BigInt(usage.inputTokens + usage.cacheReadTokens) * input + BigInt(usage.outputTokens + usage.reasoningTokens) * output + MILLION / 2n) / MILLION;
  return feeBasisPoints === null ? list : (list * BigInt(feeBasisPoints) + 5_000n) / 10_000n;
}

export function makeCall(chance: Chance, number: number, call: Call): { readonly event: UsageEvent; readonly line: JournalLine } {
  const { organizationId, createdAtMs, version, feeBasisPoints } = call;
  const usage: TokenUsage = { inputTokens: 2_000 + chance.below(90_000), cacheReadTokens: chance.below(400), cacheWriteTokens: 0, outputTokens: 100 + chance.below(9_000), reasoningTokens: chance.below(700), basis: chance.happens(0.1) ? "estimated" : "reported" };
  const id = `req_month_${String(number).padStart(7, "0")}`;
  const list = rate(usage, version);
  const own = feeBasisPoints !== null;
  const credentialId = `crd_${organizationId}`;
  const credential = own ? { credentialId } : {};
  const fee = own ? ownKeyFee(list, feeBasisPoints) : 0n;
  const attempt = { provider: PROVIDER, model: version.model, upstreamModel: version.model, durationMs: 700, timeToFirstTokenMs: 90, message: null, priceVersionId: version.id, ...credential };
  const lost: TokenUsage = { ...usage, inputTokens: 10 + chance.below(900), outputTokens: 0, reasoningTokens: 0, cacheReadTokens: 0 };
  const failed = chance.happens(0.12) ? [{ ...attempt, attempt: 1, startedAtMs: createdAtMs, status: 500, failureClass: "server_error" as const, usage: lost, costNanoUsd: own ? "0" : rate(lost, version).toString() }] : [];
  const event: UsageEvent = {
    schema: 1, id, mode: "live", organizationId, projectId: `prj_${organizationId}`, apiKeyId: `key_${organizationId}`, createdAtMs, inboundApi: "chat_completions", streaming: chance.happens(0.5), requestedModel: version.model,
    presetSlug: null, presetVersion: null, status: failed.length > 0 ? "rescued" : "ok", httpStatus: 200, errorCode: null, errorMessage: null, provider: PROVIDER, model: version.model, finishReason: "stop", durationMs: 812, timeToFirstTokenMs: 120,
    usage, priceVersionId: version.id, chargeNanoUsd: (own ? fee : list).toString(), losses: [], endUser: `user-${chance.below(5)}`, sessionId: null, metadata: {}, decision: null,
    ...(own ? { credentialId, ownSpendNanoUsd: list.toString(), ownKeyFeeNanoUsd: fee.toString() } : {}),
    attempts: [...failed, { ...attempt, attempt: failed.length + 1, startedAtMs: createdAtMs, status: 200, failureClass: null, usage, costNanoUsd: own ? "0" : list.toString() }],
  };
  return { event, line: { id, party: call.party, createdAtMs, versionId: version.id, model: call.model, usage, feeBasisPoints } };
}
