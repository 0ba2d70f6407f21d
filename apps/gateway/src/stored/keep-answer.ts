/**
 * Stands around the stage that delivers, for callers whose organization keeps answers of the Responses API. An answer is stored before its end leaves, so
 * that a caller who continues it at once finds it. Everything else passes untouched and waits for nothing.
 */
import type { TokenUsage } from "@trunkline/contracts";
import { parseJsonObject, objectOf, spliceTopLevel, type JsonObject } from "@trunkline/protocol";
import type { Stages, UpstreamStream, WonAttempt } from "../stages.ts";
import type { StoredResponses } from "./stored-responses.ts";

/** The events that carry the whole answer. */
const ENDING = /"?response\.(?:completed|incomplete)"?/;
const ENDINGS: ReadonlySet<unknown> = new Set(["response.completed", "response.incomplete"]);
/** What an answer loses everywhere else. */
const LOSS = "dropped:store";

export function keepingAnswers(respond: Stages["respond"], stored: StoredResponses): Stages["respond"] {
  return (won, onProgress) => won.routed.key.responseRetentionDays > 0 && won.routed.call.inbound === "responses" && stored.isKept(won.routed.key, won.routed.call.body)
    ? kept(won, stored).then((next) => respond(next, onProgress))
    : respond(won, onProgress);
}

async function kept(given: WonAttempt, stored: StoredResponses): Promise<WonAttempt> {
  const won = given.losses.includes(LOSS) ? { ...given, losses: given.losses.filter((loss) => loss !== LOSS) } : given;
  const { key, call } = won.routed;
  if (won.answer.kind === "stream") return { ...won, answer: { kind: "stream", stream: new KeptStream(won.answer.stream, (bytes) => marked(bytes, (response) => stored.keep(key, call.body, response), stored.marks(call.body))) } };
  const { relayed } = won.answer;
  const response = parseJsonObject(Buffer.from(relayed.bytes).toString("utf8"));
  if (!response || !await stored.keep(key, call.body, response)) return won;
  return { ...won, answer: { kind: "body", relayed: { ...relayed, bytes: spliceTopLevel(relayed.bytes, stored.marks(call.body)) } } };
}

/** The last events with the answer in them kept and marked so; as they are where it could not be kept. */
async function marked(bytes: Buffer, keep: (response: JsonObject) => Promise<boolean>, marks: Readonly<Record<string, string>>): Promise<Uint8Array> {
  for (let at = bytes.indexOf("data:"); at >= 0; at = bytes.indexOf("\ndata:", at + 1)) {
    const start = bytes.indexOf("{", at);
    const line = bytes.indexOf("\n", start);
    const end = bytes.lastIndexOf("}", line < 0 ? bytes.length : line) + 1;
    const event = start >= 0 && end > start ? parseJsonObject(bytes.toString("utf8", start, end)) : null;
    if (!event || !ENDINGS.has(event["type"])) continue;
    if (!await keep(objectOf(event["response"]))) return bytes;
    return Buffer.concat([bytes.subarray(0, start), spliceTopLevel(bytes.subarray(start, end), { response: (value) => spliceTopLevel(value, marks) }), bytes.subarray(end)]);
  }
  return bytes;
}

/** Holds the end of a stream back until the answer in it is stored. */
class KeptStream implements UpstreamStream {
  constructor(private readonly inner: UpstreamStream, private readonly keep: (end: Buffer) => Promise<Uint8Array>) {}

  get contentBytes(): number { return this.inner.contentBytes; }
  get continuedAs(): WonAttempt | null { return this.inner.continuedAs ?? null; }

  start(sink: Parameters<UpstreamStream["start"]>[0]): void {
    const held: Uint8Array[] = [];
    this.inner.start({
      write: (bytes) => {
        if (held.length === 0 && !ENDING.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"))) return sink.write(bytes);
        held.push(bytes);
        return true;
      },
      ended: (how, relayed) => {
        const end = Buffer.concat([...held, relayed.bytes]);
        if ((how !== "complete" && how !== "cut") || !relayed.observation.complete) { sink.ended(how, { ...relayed, bytes: end }); return; }
        void this.keep(end).then((bytes) => sink.ended(how, { ...relayed, bytes }));
      },
    });
  }

  resume(): void { this.inner.resume(); }
  abort(): void { this.inner.abort(); }
  cut(seen: TokenUsage): void { this.inner.cut(seen); }
}
