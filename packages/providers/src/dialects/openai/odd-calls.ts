/**
 * Calls that are no function with JSON as a text: free-text (`custom`) ones, the single `function_call` of before there were tools, and
 * arguments that came as an object. It decides how each is a function call for a caller of another wire: free text is the one argument
 * `input`, as where such a tool is emulated. Ordinary calls are left as they are.
 */
import { arrayOf, isJsonObject, objectOf, textOf, type ChatToolCall, type JsonObject } from "@trunkline/protocol";

const isOdd = (call: unknown): boolean => {
  const { custom, function: called } = objectOf(call);
  return isJsonObject(custom) || isJsonObject(objectOf(called)["arguments"]);
};

/** All calls of a whole message. `id` names a call that has none. */
export function functionCalls(message: JsonObject, id: string): readonly ChatToolCall[] {
  const calls = arrayOf(message["tool_calls"]).filter(isJsonObject).map((call) => (isOdd(call) ? evenCall(call) : call) as unknown as ChatToolCall);
  const legacy = message["function_call"];
  return calls.length === 0 && isJsonObject(legacy) ? [{ id, type: "function", function: { name: textOf(legacy["name"]), arguments: textOf(legacy["arguments"]) } }] : calls;
}

function evenCall(call: JsonObject): JsonObject {
  const { custom, function: called, ...rest } = call;
  if (isJsonObject(custom)) return { ...rest, type: "function", function: { name: textOf(custom["name"]), arguments: JSON.stringify({ input: textOf(custom["input"]) }) } };
  return { ...call, function: { ...objectOf(called), arguments: JSON.stringify(objectOf(called)["arguments"]) } };
}

/** The same for a stream, whose calls come in pieces. */
export class OddCalls {
  /** Free texts under way: a quote is open in each. */
  readonly #open = new Set<number>();
  #legacy = false;

  constructor(private readonly id: string) {}

  even(delta: JsonObject): JsonObject {
    const { function_call: legacy, tool_calls: calls } = delta;
    if (isJsonObject(legacy)) return this.#legacyDelta(delta, legacy);
    return arrayOf(calls).some(isOdd) ? { ...delta, tool_calls: arrayOf(calls).map((call) => (isOdd(call) ? this.#piece(objectOf(call)) : call)) } : delta;
  }

  /** What ends the texts that are still open; null where none is. */
  close(): JsonObject | null {
    if (this.#open.size === 0) return null;
    const calls = [...this.#open].map((index) => ({ index, function: { arguments: '"}' } }));
    this.#open.clear();
    return { tool_calls: calls };
  }

  #piece(call: JsonObject): JsonObject {
    const { custom, ...rest } = call;
    if (!isJsonObject(custom)) return evenCall(call);
    const index = Number(call["index"] ?? 0);
    const opening = this.#open.has(index) ? "" : '{"input":"';
    this.#open.add(index);
    const name = textOf(custom["name"]);
    return { ...rest, index, type: "function", function: { ...(name ? { name } : {}), arguments: opening + JSON.stringify(textOf(custom["input"])).slice(1, -1) } };
  }

  #legacyDelta({ function_call: _legacy, ...delta }: JsonObject, legacy: JsonObject): JsonObject {
    const name = textOf(legacy["name"]);
    const begun = this.#legacy ? {} : { id: this.id, type: "function" };
    this.#legacy = true;
    return { ...delta, tool_calls: [{ index: 0, ...begun, function: { ...(name ? { name } : {}), arguments: textOf(legacy["arguments"]) } }] };
  }
}
