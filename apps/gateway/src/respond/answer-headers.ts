import type { InboundFacts, RoutedCall, WonAttempt } from "../stages.ts";

/** A header must stay well below what proxies accept. */
const LOSSES_CHARS_MAX = 1_024;

/** What every answer tells about its making, whatever the inbound API. */
export function answerHeaders(won: WonAttempt): Record<string, string> {
  const { routed, candidate, losses } = won;
  const headers: Record<string, string> = {
    "x-trunkline-request-id": routed.exchange.requestId,
    "request-id": routed.exchange.requestId,
    "x-trunkline-provider": candidate.provider,
    "x-trunkline-model": candidate.model,
    "x-trunkline-attempts": String(won.attempt),
  };
  if (routed.plan.presetSlug !== null) headers["x-trunkline-preset"] = presetText(routed);
  if (losses.length > 0 && shown(routed.facts)) headers["x-trunkline-losses"] = losses.join(",").replace(/[^\x20-\x7e]/g, "?").slice(0, LOSSES_CHARS_MAX);
  return headers;
}

/** No proxy may buffer, compress or keep an event stream. */
export const STREAM_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache, no-transform", "x-accel-buffering": "no",
};

const shown = (facts: InboundFacts): boolean => facts.losses !== "allow";
const presetText = ({ plan }: RoutedCall): string => plan.presetVersion === null ? plan.presetSlug ?? "" : `${plan.presetSlug}:${plan.presetVersion}`;
