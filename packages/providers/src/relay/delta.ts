import { arrayOf, objectOf, textOf } from "@trunkline/protocol";

const TEXT_FIELDS = ["content", "refusal", "reasoning", "reasoning_content"] as const;

/** What of a delta the caller can see. `content` is false for a role alone: that commits to nothing. */
export function deltaBytes(delta: unknown): { readonly content: boolean; readonly text: number } {
  const fields = objectOf(delta);
  let text = 0;
  let content = false;
  for (const name of TEXT_FIELDS) {
    const value = fields[name];
    if (Array.isArray(value) && value.length > 0) { content = true; text += Buffer.byteLength(JSON.stringify(value)); }
    else if (name !== "reasoning_content" || !fields["reasoning"]) text += Buffer.byteLength(textOf(value));
  }
  const calls = arrayOf(fields["tool_calls"]);
  for (const call of calls) text += Buffer.byteLength(textOf(objectOf(objectOf(call)["function"])["arguments"]));
  content ||= text > 0 || calls.length > 0 || arrayOf(fields["reasoning_details"]).length > 0 || fields["function_call"] != null || fields["audio"] != null || arrayOf(fields["images"]).length > 0;
  return { content, text };
}
