import type { FailureClass } from "./failure.ts";

/** The platform's own parts that the public status page names. */
export const STATUS_COMPONENTS = ["gateway", "dashboard", "worker", "database"] as const;
export type StatusComponent = (typeof STATUS_COMPONENTS)[number];
/** `component:gateway` or `provider:openai`. */
export type StatusSubject = `component:${StatusComponent}` | `provider:${string}`;

/** Fine enough to say when something began, coarse enough that ninety days stay small. */
export const STATUS_BUCKET_MS = 10 * 60_000;
export const STATUS_DAYS = 90;

/** Failures of a provider's own making; what a caller, its key or its account did wrong says nothing about the provider. */
export const PROVIDER_FAULTS: ReadonlySet<FailureClass> = new Set(["overloaded", "server_error", "timeout", "network", "protocol_violation"]);
