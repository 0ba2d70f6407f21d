import type { Failure, TokenUsage } from "@trunkline/contracts";
import { EventStreamReader, type EventStreamMessage, type SseEvent } from "@trunkline/protocol";
import type { Relayed, StreamRelay } from "../adapter.ts";
import { failureOf } from "../failures/failure.ts";
import { NO_BYTES, type Ending } from "./ending.ts";

/** What a message of the binary stream says, as the event that the dialect's own stream would have; null for one that says nothing. */
export type EventOf = (message: EventStreamMessage) => SseEvent | null;

/** A relay that takes an event as it is, without the framing of server-sent events. */
export interface EventRelay extends StreamRelay { pushEvent(event: SseEvent): Uint8Array }

/** AWS's binary framing around a relay of events: one message becomes one event, so that no dialect is written twice. */
export class FramedStream implements StreamRelay {
  readonly #reader = new EventStreamReader();
  #broken: Failure | null = null;

  readonly #push: (event: SseEvent) => Uint8Array;

  constructor(private readonly inner: StreamRelay | EventRelay, private readonly eventOf: EventOf) {
    this.#push = "pushEvent" in inner ? (event) => inner.pushEvent(event) : (event) => inner.push(sseBytes(event));
  }

  get committed(): boolean { return this.inner.committed; }
  get failure(): Failure | null { return this.#broken ?? this.inner.failure; }
  get contentBytes(): number { return this.inner.contentBytes; }

  push(bytes: Uint8Array): Uint8Array {
    if (this.failure) return NO_BYTES;
    const out: Uint8Array[] = [];
    try {
      for (const message of this.#reader.push(bytes)) {
        const event = this.eventOf(message);
        if (event) out.push(this.#push(event));
        if (this.inner.failure) break;
      }
    } catch {
      this.#broken = failureOf("protocol_violation", { status: 200, message: "The provider's event stream is damaged." });
    }
    return out.length === 1 && out[0] ? out[0] : Buffer.concat(out);
  }

  end(how: Ending, seen?: TokenUsage): Relayed {
    if (!this.#broken) return this.inner.end(how, seen);
    const { observation } = this.inner.end("caller_left");
    return { bytes: NO_BYTES, observation: { ...observation, failure: this.#broken, complete: false } };
  }
}

/** A line feed inside JSON stands between tokens only, where a space means the same. */
const sseBytes = ({ event, data }: SseEvent): Uint8Array => Buffer.from(`event: ${event}\ndata: ${data.replace(/[\r\n]+/g, " ")}\n\n`);

export const textOfPayload = (payload: Uint8Array): string => Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");

/** What an exception or error message of the stream says; null for an ordinary event. */
export function exceptionOf({ headers, payload }: EventStreamMessage): { readonly name: string; readonly message: string } | null {
  const type = headers[":message-type"];
  if (type === "error") return { name: headers[":error-code"] ?? "", message: headers[":error-message"] ?? "" };
  if (type !== "exception") return null;
  return { name: headers[":exception-type"] ?? "", message: messageIn(textOfPayload(payload)) };
}

function messageIn(json: string): string {
  try {
    const { message } = JSON.parse(json) as { message?: unknown };
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}
