import type { TokenUsage } from "@trunkline/contracts";
import { appendMembers, objectOf, spliceTopLevel, type JsonObject, type SpliceEdit } from "@trunkline/protocol";
import type { AnswerExtras } from "../adapter.ts";
import { costFields } from "./token-usage.ts";

/** Writes `provider` and the cost into one JSON object that already carries `usage`; every other byte stays. `usage` null: no cost is known. */
export function spliceAnswer(json: Uint8Array, usage: TokenUsage | null, extras: AnswerExtras, more?: Readonly<Record<string, SpliceEdit>>): Uint8Array {
  const edits: Record<string, SpliceEdit> = { provider: JSON.stringify(extras.provider) };
  if (more) for (const name in more) edits[name] = more[name] ?? null;
  if (usage) edits["usage"] = (value) => spliceTopLevel(value, usageEdits(usage, extras));
  return spliceTopLevel(json, edits);
}

/**
 * The same for an answer that has been parsed: where everything is new, it is added at the end without walking the text in front of it.
 * `more`: further members of the answer as JSON text, none of which it has.
 */
export function completeAnswer(json: Uint8Array, answer: JsonObject, { usage, extras, more }: { readonly usage: TokenUsage | null; readonly extras: AnswerExtras; readonly more: Readonly<Record<string, string>> }): Uint8Array {
  const reported = objectOf(answer["usage"]);
  if (usage && !("provider" in answer) && !("cost" in reported) && !("cost_details" in reported) && !("is_test" in reported)) {
    const appended = appendMembers(json, "usage", { inner: membersText(usageEdits(usage, extras)), outer: membersText({ provider: JSON.stringify(extras.provider), ...more }) });
    if (appended) return appended;
  }
  return spliceAnswer(json, usage, extras, more);
}

function membersText(members: Readonly<Record<string, string>>): string {
  let text = "";
  for (const name in members) text += `${text === "" ? "" : ","}"${name}":${members[name]}`;
  return text;
}

/** What `costFields` adds, as JSON text. */
function usageEdits(usage: TokenUsage, extras: AnswerExtras): Record<string, string> {
  const fields = costFields(usage, extras);
  const edits: Record<string, string> = {};
  for (const name in fields) edits[name] = JSON.stringify(fields[name]);
  return edits;
}

/** The same in a server-sent event of one `data` line; the frame as it is where that line is not a JSON object. */
export function spliceFrame(frame: Uint8Array, usage: TokenUsage, extras: AnswerExtras, more?: Readonly<Record<string, SpliceEdit>>): Uint8Array {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const start = bytes.indexOf("{", bytes.indexOf("data:"));
  const end = bytes.lastIndexOf("}") + 1;
  if (start < 0 || end <= start) return frame;
  try {
    return Buffer.concat([bytes.subarray(0, start), spliceAnswer(bytes.subarray(start, end), usage, extras, more), bytes.subarray(end)]);
  } catch {
    return frame;
  }
}
