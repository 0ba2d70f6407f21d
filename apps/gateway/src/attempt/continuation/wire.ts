import type { TokenUsage } from "@trunkline/contracts";

/** Two answers as one, on one inbound wire: it reads what the first delivered, and rewrites the second so that it goes on there. */
export interface ContinuationWire {
  /** Caller-visible text so far; null once something came that is no text and cannot be gone on from. */
  readonly text: string | null;
  /** Bytes of the first answer, as they go out. */
  see(bytes: Uint8Array): void;
  /** The first broke after this usage; from here on `rewrite` is used. */
  broke(usage: TokenUsage): void;
  /** Number of the next event, on a wire that counts them: an error that ends the stream goes on counting. */
  readonly sequence?: number;
  /** Bytes of the second answer: its opening is taken away, its numbers and names join the first's. */
  rewrite(bytes: Uint8Array): Uint8Array;
}

/** Takes from the second answer's beginning what the first has delivered of white space already. */
export class DeliveredSpace {
  #left: string;
  constructor(text: string) { this.#left = text.slice(text.trimEnd().length); }

  strip(text: string): string {
    let at = 0;
    while (at < text.length && at < this.#left.length && text[at] === this.#left[at]) at++;
    this.#left = at === text.length ? this.#left.slice(at) : "";
    return text.slice(at);
  }
}
