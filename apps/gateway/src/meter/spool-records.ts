import type { UsageEvent } from "@trunkline/contracts";

/** Payload of `event`. Budget keys are kept so that a restart can settle a hold whose process died before it could. */
export interface EventPayload { readonly event: UsageEvent; readonly budgetKeys: readonly string[] }

/** Payload of `open`: what a restart needs to turn an unfinished stream into a usage event. Money as decimal text. */
export interface OpenPayload {
  /** Status `partial`, nothing charged. */
  readonly draft: UsageEvent;
  readonly budgetKeys: readonly string[];
  readonly inputTokens: number;
  readonly inputNanoUsd: string;
  readonly outputNanoUsdPerMillion: string;
  readonly holdNanoUsd: string;
  /** What the attempt likely cost when nothing is known. */
  readonly estimatedCostNanoUsd: string;
}
export interface ProgressPayload { readonly id: string; readonly outputTokens: number }
