/**
 * The failure law: what follows from each class of failed attempt. Who is at fault decides. The table is exhaustive by type,
 * so a new class does not compile until it is decided here; nothing else in the program branches on a failure class.
 */
import type { ErrorCode, FailureClass } from "@trunkline/contracts";

export interface Disposition {
  /** May another candidate be tried, and which. */
  readonly tryNext: "always" | "larger_context" | "different_credential" | "never";
  /** Upstream is at fault: the circuit of (provider, model, credential owner) counts it. */
  readonly countsForCircuit: boolean;
  /** The credential is at fault: every model behind it is closed off for the longest cooldown. */
  readonly marksCredential: boolean;
  /** What the caller sees when nothing is left to try. */
  readonly callerCode: ErrorCode;
}

const upstreamFault: Disposition = { tryNext: "always", countsForCircuit: true, marksCredential: false, callerCode: "upstream.failed" };
const callerFault = (callerCode: ErrorCode): Disposition => ({ tryNext: "never", countsForCircuit: false, marksCredential: false, callerCode });

export const DISPOSITION: Readonly<Record<FailureClass, Disposition>> = {
  caller_error: callerFault("caller.invalid_request"),
  context_overflow: { ...callerFault("caller.context_overflow"), tryNext: "larger_context" },
  content_filtered: callerFault("caller.content_filtered"),
  credential_rejected: { tryNext: "different_credential", countsForCircuit: false, marksCredential: true, callerCode: "upstream.failed" },
  quota_exhausted: { tryNext: "always", countsForCircuit: false, marksCredential: true, callerCode: "upstream.failed" },
  rate_limited: upstreamFault,
  overloaded: upstreamFault,
  server_error: upstreamFault,
  timeout: { ...upstreamFault, callerCode: "upstream.deadline_exceeded" },
  network: upstreamFault,
  protocol_violation: upstreamFault,
  /** The form is the caller's own words: if it opened circuits, anybody could take a provider from everybody by demanding what cannot be. */
  form_violation: { ...upstreamFault, countsForCircuit: false },
  /** Nobody is left to see the code; it only says on whose side the request ended. */
  cancelled: callerFault("caller.invalid_request"),
};
