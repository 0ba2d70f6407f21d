/**
 * Keeps prompts and answers of the projects that switched it on: which share of requests, redacted how, and for how long is the project's choice. Works behind the
 * answer, straight to the database and sealed, so that no text is in a log, a trace or a job. What cannot be kept is delivered all the same; the dashboard says why it is not there.
 */
import type { GatewayDb, PromptStorage } from "@trunkline/db/gateway";
import { promptBinding, seal, type VersionedSecrets } from "@trunkline/keys";
import { parseJsonObject } from "@trunkline/protocol";
import type { Stages, UpstreamStream, WonAttempt } from "../stages.ts";
import { PromptCleaner, streamedAnswer } from "./prompt-text.ts";
import { ownRule } from "./redact.ts";

const DAY_MS = 86_400_000;
/** Of a body as it came. Redacting more would hold other requests up. */
export const PROMPT_BYTES_MAX = 512 * 1024;
/** Of a stream's frames, of which the text is about a hundredth. */
const FRAMES_BYTES_MAX = 4 * 1024 * 1024;
/** Waiting for the database; beyond it prompts are let go, never requests. */
const PENDING_MAX = 64;

export interface PromptLogOptions {
  readonly db: Pick<GatewayDb, "storePrompt">;
  /** Null: nothing can be sealed, so nothing is kept. */
  readonly encryptionKeys: VersionedSecrets | null;
  readonly now: () => number;
  readonly random: () => number;
  /** Names no text. */
  onFault(reason: string): void;
}

export class PromptLog {
  readonly #options: PromptLogOptions;
  #pending = 0;

  constructor(options: PromptLogOptions) { this.#options = options; }

  chooses({ percent }: PromptStorage): boolean {
    return this.#options.encryptionKeys !== null && this.#pending < PENDING_MAX && this.#options.random() * 100 < percent;
  }

  /** `answer`: on the caller's wire; null where it was too long. Returns at once. */
  keep(won: WonAttempt, storage: PromptStorage, answer: Uint8Array | null): void {
    this.#pending += 1;
    setImmediate(() => void this.#store(won, storage, answer)
      .catch(() => this.#options.onFault("a prompt could not be stored"))
      .finally(() => { this.#pending -= 1; }));
  }

  async #store({ routed, answer: { kind } }: WonAttempt, storage: PromptStorage, answer: Uint8Array | null): Promise<void> {
    const { encryptionKeys, db, now } = this.#options;
    const { key: { organizationId, projectId }, call, exchange: { requestId } } = routed;
    if (encryptionKeys === null) return;
    const fits = answer !== null && call.raw.length <= PROMPT_BYTES_MAX && (kind === "stream" || call.inbound === "embeddings" || answer.length <= PROMPT_BYTES_MAX);
    const cleaner = new PromptCleaner(storage.patterns.map(ownRule));
    const said = (bytes: Uint8Array): unknown => {
      if (call.inbound === "embeddings") return null;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
      return cleaner.value(kind === "stream" ? streamedAnswer(text) : parseJsonObject(text));
    };
    const sealed = fits ? seal(JSON.stringify({ request: cleaner.value(call.body), answer: said(answer), removed: cleaner.found }), promptBinding(organizationId, requestId), encryptionKeys) : null;
    await db.storePrompt({ organizationId, projectId, requestId, sealed, expiresAtMs: now() + storage.retentionDays * DAY_MS });
  }
}

/** Stands around the stage that delivers. Where a project stores nothing, this is one look at its key. */
export function keepingPrompts(respond: Stages["respond"], prompts: PromptLog): Stages["respond"] {
  return (won, onProgress) => {
    const storage = won.routed.key.promptStorage;
    if (storage === undefined || !prompts.chooses(storage)) return respond(won, onProgress);
    if (won.answer.kind === "stream") return respond({ ...won, answer: { kind: "stream", stream: new HeardStream(won.answer.stream, (frames) => prompts.keep(won, storage, frames)) } }, onProgress);
    prompts.keep(won, storage, won.answer.relayed.bytes);
    return respond(won, onProgress);
  };
}

/** Hands every byte on at once and remembers it, up to a bound. */
class HeardStream implements UpstreamStream {
  constructor(private readonly inner: UpstreamStream, private readonly onEnded: (frames: Uint8Array | null) => void) {}

  get contentBytes(): number { return this.inner.contentBytes; }
  get continuedAs(): WonAttempt | null { return this.inner.continuedAs ?? null; }

  start(sink: Parameters<UpstreamStream["start"]>[0]): void {
    let frames: Uint8Array[] = [];
    let size = 0;
    const hear = (bytes: Uint8Array): void => {
      size += bytes.length;
      // A copy: the bytes belong to whoever sends them next.
      if (size <= FRAMES_BYTES_MAX) frames.push(Uint8Array.from(bytes));
      else frames = [];
    };
    this.inner.start({
      write: (bytes) => { hear(bytes); return sink.write(bytes); },
      ended: (how, relayed) => {
        hear(relayed.bytes);
        sink.ended(how, relayed);
        this.onEnded(size <= FRAMES_BYTES_MAX ? Buffer.concat(frames) : null);
      },
    });
  }

  resume(): void { this.inner.resume(); }
  abort(): void { this.inner.abort(); }
  cut(seen: Parameters<UpstreamStream["cut"]>[0]): void { this.inner.cut(seen); }
}
