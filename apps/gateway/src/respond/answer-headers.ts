import type { InboundFacts, RoutedCall, WonAttempt } from "../stages.ts";

/** A header must stay well below what proxies accept. */
const LOSSES_CHARS_MAX = 1_024;

/** What every answer tells about its making, whatever the inbound API: names and values in turn, which is the cheapest form to write. */
export function answerHeaders(won: WonAttempt, more: readonly string[]): string[] {
  const { routed, candidate, losses } = won;
  const { exchange } = routed;
  const headers = [...exchange.answerHeaders, "request-id", exchange.requestId, "x-trunkline-provider", candidate.provider, "x-trunkline-model", candidate.model, "x-trunkline-attempts", String(won.attempt), ...more];
  if (routed.plan.presetSlug !== null) headers.push("x-trunkline-preset", presetText(routed));
  if (losses.length > 0 && shown(routed.facts)) headers.push("x-trunkline-losses", losses.join(",").replace(/[^\x20-\x7e]/g, "?").slice(0, LOSSES_CHARS_MAX));
  return headers;
}

/** No proxy may buffer, compress or keep an event stream. */
export const STREAM_HEADERS: readonly string[] = ["content-type", "text/event-stream; charset=utf-8", "cache-control", "no-cache, no-transform", "x-accel-buffering", "no"];

const shown = (facts: InboundFacts): boolean => facts.losses !== "allow";
const presetText = ({ plan }: RoutedCall): string => plan.presetVersion === null ? plan.presetSlug ?? "" : `${plan.presetSlug}:${plan.presetVersion}`;
