/** What a stored prompt is made of: the caller's body and the answer as text, redacted, with long parts clipped. Streams are put together before they are redacted, for an address may come in two pieces. */
import { arrayOf, isJsonObject, objectOf, parseJsonObject, textOf } from "@trunkline/protocol";
import { redact, type ownRule } from "./redact.ts";

type Rules = readonly ReturnType<typeof ownRule>[];
/** Of one text; enough to see what was asked. */
const TEXT_CHARS_MAX = 20_000;
/** What the end of a clipped text may hold a torn half of. */
const TORN_CHARS = 300;
const FILE = /^data:[\w/+.;=-]{0,100},/;

/** Collects what was taken out over all texts of one request. */
export class PromptCleaner {
  readonly found: Record<string, number> = {};
  constructor(private readonly own: Rules) {}

  /** Objects, arrays and texts with every text in them clean. */
  value(given: unknown): unknown {
    if (typeof given === "string") return this.text(given);
    if (Array.isArray(given)) return given.map((one) => this.value(one));
    if (isJsonObject(given)) return Object.fromEntries(Object.entries(given).map(([name, one]) => [name, this.value(one)]));
    return given;
  }

  text(given: string): string {
    if (FILE.test(given)) return `[file of ${given.length} characters left out]`;
    const clipped = given.length > TEXT_CHARS_MAX;
    const { text, found } = redact(clipped ? given.slice(0, TEXT_CHARS_MAX + TORN_CHARS) : given, this.own);
    for (const [kind, count] of Object.entries(found)) this.found[kind] = (this.found[kind] ?? 0) + count;
    return clipped ? `${text.slice(0, -TORN_CHARS)} [${given.length - TEXT_CHARS_MAX} characters left out]` : text;
  }
}

/** The text of a stream on the caller's wire: what was said, thought and called, in the order in which it came. */
export function streamedAnswer(frames: string): string {
  let text = "";
  for (const line of frames.split("\n")) {
    const event = line.startsWith("data:") ? parseJsonObject(line.slice("data:".length)) : null;
    if (event) text += pieceOf(event);
  }
  return text;
}

function pieceOf(event: Readonly<Record<string, unknown>>): string {
  if (typeof event["delta"] === "string") return event["delta"];
  const delta = objectOf(event["delta"]);
  const block = objectOf(event["content_block"]);
  const choices = arrayOf(event["choices"]).map((choice) => {
    const said = objectOf(objectOf(choice)["delta"]);
    const calls = arrayOf(said["tool_calls"]).map((call) => { const { name, arguments: input } = objectOf(objectOf(call)["function"]); return (typeof name === "string" ? `\n${name} ` : "") + textOf(input); });
    return textOf(said["reasoning"]) + textOf(said["content"]) + calls.join("") + textOf(objectOf(choice)["text"]);
  });
  return choices.join("") + (block["type"] === "tool_use" ? `\n${textOf(block["name"])} ` : "") + textOf(delta["thinking"]) + textOf(delta["text"]) + textOf(delta["partial_json"]);
}
