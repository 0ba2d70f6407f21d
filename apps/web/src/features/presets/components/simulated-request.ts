import type { Need } from "@trunkline/contracts";

export interface SimulatedRequest { readonly message: string; readonly inputTokens: string; readonly task: string; readonly needs: readonly Need[]; readonly metadata: string; readonly userPlan: string; readonly down: readonly string[] }

export const FIRST_REQUEST: SimulatedRequest = { message: "Say hello.", inputTokens: "", task: "", needs: [], metadata: "", userPlan: "", down: [] };

/** Any part of that type makes the need; its address is never fetched. */
const PARTS: Partial<Record<Need, Readonly<Record<string, unknown>>>> = {
  vision: { type: "image_url", image_url: { url: "https://example.com/picture.png" } }, pdf: { type: "file", file: { filename: "paper.pdf" } }, audio: { type: "input_audio", input_audio: { format: "wav" } },
};

/** `tier=gold, lang=de` as pairs; what has no `=` is left out. */
export function parsePairs(text: string): Record<string, string> {
  return Object.fromEntries(text.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at > 0 ? [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]] : [];
  }));
}

/** `a, b` as a list, and back. */
export const parseList = (text: string): string[] => [...new Set(text.split(",").map((part) => part.trim()).filter((part) => part !== ""))];
export const listText = (values: readonly string[] | undefined): string => (values ?? []).join(", ");
export const pairsText = (pairs: Readonly<Record<string, string>> | undefined): string => Object.entries(pairs ?? {}).map(([name, value]) => `${name}=${value}`).join(", ");

/** A chat completion body with the wanted properties. The token count, when given, stands for a message of that length. */
export function toBody({ message, inputTokens, task, needs, metadata, userPlan }: SimulatedRequest): Record<string, unknown> {
  const parts = needs.flatMap((need) => PARTS[need] ?? []);
  const pairs = parsePairs(metadata);
  return {
    messages: [{ role: "user", content: parts.length > 0 ? [{ type: "text", text: message }, ...parts] : message }],
    ...(Number(inputTokens) > 0 ? { input_tokens: Number(inputTokens) } : {}),
    ...(task.trim() ? { routing: { task: task.trim() } } : {}),
    ...(Object.keys(pairs).length > 0 ? { metadata: pairs } : {}),
    ...(userPlan.trim() ? { user_plan: userPlan.trim() } : {}),
    ...(needs.includes("tools") ? { tools: [{ type: "function", function: { name: "look_up" } }] } : {}),
    ...(needs.includes("json_schema") ? { response_format: { type: "json_schema" } } : needs.includes("json") ? { response_format: { type: "json_object" } } : {}),
    ...(needs.includes("reasoning") ? { reasoning_effort: "medium" } : {}),
  };
}
