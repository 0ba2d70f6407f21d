import type { Failure } from "@trunkline/contracts";
import type { StreamRelay } from "../adapter.ts";
import { failureOf } from "../failures/failure.ts";

export type Ending = Parameters<StreamRelay["end"]>[0];

export const NO_BYTES: Uint8Array = Buffer.alloc(0);

/** Why a stream that ended before its finish reason failed. Truncation is a failure, never an end. */
export function unfinishedFailure(how: Ending, hadContent: boolean): Failure {
  switch (how) {
    case "upstream_lost": return failureOf("network", { status: 200, message: "The connection broke while reading the provider's answer." });
    case "deadline": return failureOf("timeout", { status: 200, message: "Timed out while reading the provider's answer." });
    case "cut":
    case "caller_left": return failureOf("cancelled", { status: 200 });
    case "complete": return failureOf("protocol_violation", { status: 200, message: hadContent ? "The provider's stream ended before the answer was finished." : "The provider sent an empty answer." });
  }
}
