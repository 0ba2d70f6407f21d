import type { UsageEvent } from "@trunkline/contracts";
import type { CircuitBook } from "@trunkline/router-core";

/** Shorter answers say more of the connection than of the model. */
const OUTPUT_TOKENS_MIN = 20;
const BROKEN = { class: "network", status: null, publicMessage: "The stream broke after its first content.", retryAfterMs: null } as const;

/** What is known of a provider only when an answer has ended: how fast it wrote, and, with the platform's credential, that it broke off after content had been delivered. */
export function observeHealth(event: Pick<UsageEvent, "status" | "provider" | "model" | "streaming" | "usage" | "durationMs" | "timeToFirstTokenMs" | "createdAtMs" | "credentialId">, circuits: Pick<CircuitBook, "record" | "recordSpeed">): void {
  const { provider, model, timeToFirstTokenMs: first } = event;
  if (provider === null || model === null) return;
  const atMs = event.createdAtMs + event.durationMs;
  if (event.status === "partial" && event.credentialId === undefined) circuits.record({ provider, model, credentialOwner: "platform" }, { ok: false, failure: BROKEN }, atMs);
  const tokens = event.usage.outputTokens + event.usage.reasoningTokens;
  const writingMs = first === null ? 0 : event.durationMs - first;
  if (event.streaming && event.status === "ok" && tokens >= OUTPUT_TOKENS_MIN && writingMs > 0) circuits.recordSpeed({ provider, model }, tokens / writingMs * 1_000, atMs);
}
