import { rate } from "@trunkline/catalog";
import type { TokenUsage } from "@trunkline/contracts";
import type { Candidate } from "@trunkline/router-core";

/** What we pay the provider, and what the customer pays us, for a usage. On an organization's own credential both are nothing: the provider bills the organization. */
export const ratedCharge = (usage: TokenUsage, candidate: Candidate): bigint => candidate.credential ? 0n : rate(usage, candidate.price);

/** The most that a candidate can cost the customer: what is reserved before the attempt. */
export const chargeMax = (candidate: Candidate): bigint => candidate.credential ? 0n : candidate.maxCostNanoUsd;
