/**
 * What of a stored request the playground can ask again: its instructions and its last message of the user, from a body of any of the
 * three inbound APIs. Pictures, tools and earlier turns are left out; a body that is none of these gives nothing.
 */
import type { Prompt } from "./prompt.ts";

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Text of a message: plain, or the text among its parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.flatMap((part: unknown) => (isRecord(part) && typeof part["text"] === "string" ? [part["text"]] : [])).join("\n") : "";
}

const roleOf = (message: unknown): unknown => (isRecord(message) ? message["role"] : null);

export function replayedPrompt(request: string): Pick<Prompt, "system" | "user"> | null {
  let body: unknown;
  try {
    body = JSON.parse(request);
  } catch {
    return null;
  }
  if (!isRecord(body)) return null;
  const turns: readonly unknown[] = Array.isArray(body["messages"]) ? body["messages"] : Array.isArray(body["input"]) ? body["input"] : typeof body["input"] === "string" ? [{ role: "user", content: body["input"] }] : [];
  const said = turns.filter((turn) => roleOf(turn) === "user").at(-1);
  const told = turns.find((turn) => roleOf(turn) === "system" || roleOf(turn) === "developer");
  const user = isRecord(said) ? textOf(said["content"]) : "";
  if (user === "") return null;
  const system = textOf(body["system"] ?? body["instructions"]) || (isRecord(told) ? textOf(told["content"]) : "");
  return { system, user };
}
