import { GatewayError, type Failure } from "@trunkline/contracts";
import { DISPOSITION } from "@trunkline/router-core";
import type { RoutedCall } from "../stages.ts";
import { publicAttempt } from "./public-attempt.ts";

/** The operator must act; the same request would fail again. */
const NOT_WORTH_RETRYING: ReadonlySet<Failure["class"]> = new Set(["credential_rejected", "quota_exhausted"]);

export interface AllFailed {
  readonly last: Failure | null;
  /** Candidates that `losses: strict` ruled out. */
  readonly refusals: readonly string[];
  readonly deadlinePassed: boolean;
}

/** The one error for a request that nobody served. Lists every attempt; the last failure decides the code and the advice. */
export function allAttemptsFailed({ attempts }: Pick<RoutedCall, "attempts">, { last, refusals, deadlinePassed }: AllFailed): GatewayError {
  const metadata = { attempts: attempts.map(publicAttempt) };
  if (!last && refusals.length > 0) return new GatewayError("caller.invalid_request", `No candidate can honour every parameter, and routing.losses is strict: ${refusals.join("; ")}. Drop the parameters, or set routing.losses to "warn".`, { metadata });
  if (!last && !deadlinePassed) return new GatewayError("gateway.overloaded", "Every provider of this request is cooling down after failures. Retry in a few seconds.", { retryAfterMs: 5_000, metadata });
  if (!last) return new GatewayError("upstream.deadline_exceeded", "The deadline passed before a provider could be asked. Raise routing.deadline_ms.", { metadata });
  const retryAfter = last.retryAfterMs === null ? {} : { retryAfterMs: last.retryAfterMs };
  const { callerCode, tryNext } = DISPOSITION[last.class];
  const where = attempts.at(-1)?.provider ?? "the provider";
  if (tryNext === "never" || callerCode.startsWith("caller.")) return new GatewayError(callerCode, `${where} refused the request: ${last.publicMessage}`, { metadata: { ...metadata, provider: where } });
  if (deadlinePassed || callerCode === "upstream.deadline_exceeded") return new GatewayError("upstream.deadline_exceeded", `No provider answered in time (${attempts.length} tried). Last: ${where}: ${last.publicMessage} Retry, or raise routing.deadline_ms.`, { ...retryAfter, metadata });
  const retry = !NOT_WORTH_RETRYING.has(last.class);
  return new GatewayError("upstream.failed", `${attempts.length === 1 ? "The only attempt failed:" : `All ${attempts.length} attempts failed. Last:`} ${where}: ${last.publicMessage} ${retry ? "Retry later, or allow more models." : "The operator must mend the credential of this provider, or allow other models."}`, { ...retryAfter, retry, metadata });
}
