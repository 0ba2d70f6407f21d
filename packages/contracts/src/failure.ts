export const FAILURE_CLASSES = [
  "caller_error", "context_overflow", "content_filtered", "credential_rejected", "quota_exhausted", "rate_limited",
  "overloaded", "server_error", "timeout", "network", "protocol_violation", "form_violation", "cancelled",
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];
export type Owner = "caller" | "tenant" | "upstream" | "gateway";

/** One failed attempt, in the closed union; what follows from it is decided in router-core. `publicMessage` is redacted. */
export interface Failure {
  readonly class: FailureClass;
  /** Upstream's HTTP status, null when none arrived. */
  readonly status: number | null;
  readonly publicMessage: string;
  readonly retryAfterMs: number | null;
}
