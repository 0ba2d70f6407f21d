import type { TokenUsage } from "@trunkline/contracts";

/** Two answers as one, on one inbound wire: it reads what the first delivered, and rewrites the second so that it goes on there. */
export interface ContinuationWire {
  /** Caller-visible text so far; null once something came that is no text and cannot be gone on from. */
  readonly text: string | null;
  /** Bytes of the first answer, as they go out. */
  see(bytes: Uint8Array): void;
  /** The first broke after this usage; from here on `rewrite` is used. `repeats`: the second begins with the text of the first. */
  broke(usage: TokenUsage, repeats: boolean): void;
  /** Number of the next event, on a wire that counts them: an error that ends the stream goes on counting. */
  readonly sequence?: number;
  /** Bytes of the second answer: its opening is taken away, its numbers and names join the first's. */
  rewrite(bytes: Uint8Array): Uint8Array;
}

/** Takes from the second answer's beginning what the first has delivered already: white space, and the whole text where the provider repeats it. */
export class Seam {
  #space: string;
  /** Still to come again; null once it has, or where the answer turned out not to repeat it. */
  #repeated: string | null;
  #held = "";
  constructor(text: string, repeats: boolean) {
    const beginning = text.trimEnd();
    this.#space = text.slice(beginning.length);
    this.#repeated = repeats && beginning !== "" ? beginning : null;
  }

  strip(text: string): string { return this.#withoutSpace(this.#withoutRepeated(text)); }

  #withoutRepeated(text: string): string {
    const repeated = this.#repeated;
    if (repeated === null) return text;
    const seen = this.#held + text;
    if (seen.length < repeated.length && repeated.startsWith(seen)) { this.#held = seen; return ""; }
    this.#repeated = null;
    return seen.startsWith(repeated) ? seen.slice(repeated.length) : seen;
  }

  #withoutSpace(text: string): string {
    let at = 0;
    while (at < text.length && at < this.#space.length && text[at] === this.#space[at]) at++;
    this.#space = at === text.length ? this.#space.slice(at) : "";
    return text.slice(at);
  }
}
