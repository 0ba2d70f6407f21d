// The seam between the simulator and a provider's wire: bytes of a request in, bodies and frames out.

import type { Answer } from "../answer.ts";
import type { Fields, SimulatedCall, WireName } from "../call.ts";

/** Where a request came in, beside its body. */
export interface WireRequest {
  provider: string;
  /** Path after the provider segment, without query. */
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Fields;
}

/** What an answer is written with. */
export interface Rendering {
  provider: string;
  call: SimulatedCall;
  answer: Answer;
  createdAtSeconds: number;
}

/** One write of a stream. */
export interface Frame {
  /** Bytes on a wire of binary messages. */
  text: string | Uint8Array;
  /** Output tokens that have gone out once this frame has. */
  tokens: number;
  /** `content` carries output; `preamble` comes before any; `closing` after the last. */
  phase: "preamble" | "content" | "closing";
  /** Says that the stream has ended, and nothing that was not told before. */
  terminator?: true;
}

/** An error in the provider's own shape. */
export interface WireFailure {
  status: number;
  message: string;
  code: string | null;
  param: string | null;
  requestId: string;
  /** Seconds to wait that the body names, where this wire's body does. */
  retryAfterSeconds: number | null;
}

export interface Wire {
  name: WireName;
  /** @throws InvalidCall for what the provider would refuse. */
  parse(request: WireRequest): SimulatedCall;
  plain(rendering: Rendering): object;
  frames(rendering: Rendering): Generator<Frame>;
  failure(failure: WireFailure): object;
  /** The event by which this wire tells of a failure after a 200. */
  failureFrame(failure: WireFailure): string | Uint8Array;
  /** An event whose data is not JSON, or a message that was damaged. */
  malformedFrame: string | Uint8Array;
  /** Headers that the provider sends with every answer. */
  headers(requestId: string): Record<string, string>;
  streamContentType: string;
  /** HTTP status by which the provider says that it is overloaded. */
  overloadedStatus: number;
}
