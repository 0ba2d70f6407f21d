/** What a column has heard so far: the frames of a Chat Completions stream, added up. */
export interface ToolCall { readonly name: string; readonly arguments: string }
export interface AnswerUsage { readonly inputTokens: number; readonly outputTokens: number; readonly reasoningTokens: number; readonly cachedTokens: number; readonly costUsd: string | null }
export interface Answer { readonly text: string; readonly reasoning: string; readonly toolCalls: readonly ToolCall[]; readonly finishReason: string | null; readonly usage: AnswerUsage | null; readonly error: string | null }

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? value as Fields : {});
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const numberOf = (value: unknown): number => (typeof value === "number" ? value : 0);
const firstOf = (value: unknown): Fields => fieldsOf(Array.isArray(value) ? value[0] : undefined);

/** Money never passes through a float that prints as 1e-7. */
const USD_DIGITS = 9;
const usdText = (value: unknown): string | null => (typeof value === "number" ? value.toFixed(USD_DIGITS).replace(/\.?0+$/, "") : typeof value === "string" ? value : null);

function usageOf(value: unknown): AnswerUsage | null {
  if (typeof value !== "object" || value === null) return null;
  const usage = value as Fields;
  return {
    inputTokens: numberOf(usage.prompt_tokens), outputTokens: numberOf(usage.completion_tokens), costUsd: usdText(usage.cost),
    reasoningTokens: numberOf(fieldsOf(usage.completion_tokens_details).reasoning_tokens), cachedTokens: numberOf(fieldsOf(usage.prompt_tokens_details).cached_tokens),
  };
}

function withToolCalls(known: readonly ToolCall[], deltas: unknown): readonly ToolCall[] {
  if (!Array.isArray(deltas) || deltas.length === 0) return known;
  const calls = [...known];
  for (const delta of deltas.map(fieldsOf)) {
    const at = typeof delta.index === "number" ? delta.index : calls.length;
    const part = fieldsOf(delta.function);
    const before = calls[at] ?? { name: "", arguments: "" };
    calls[at] = { name: before.name + textOf(part.name), arguments: before.arguments + textOf(part.arguments) };
  }
  return calls;
}

/** The words of a refusal in either form: the gateway's own, or the dashboard's problem details. */
export function errorText(value: unknown): string | null {
  const fields = fieldsOf(value);
  const error = fieldsOf(fields.error);
  return textOf(error.message) ? `${error.code ? `${textOf(error.code)}: ` : ""}${textOf(error.message)}` : textOf(fields.detail) || null;
}

/** Adds one parsed frame. A frame with an error ends the answer; what was heard stays. */
export function addFrame(answer: Answer, frame: unknown): Answer {
  const fields = fieldsOf(frame);
  if (fields.error !== undefined) return { ...answer, error: errorText(frame) ?? "The stream broke off." };
  const choice = firstOf(fields.choices);
  const delta = fieldsOf(choice.delta);
  return {
    ...answer, text: answer.text + textOf(delta.content), reasoning: answer.reasoning + (textOf(delta.reasoning) || textOf(delta.reasoning_content)),
    toolCalls: withToolCalls(answer.toolCalls, delta.tool_calls), finishReason: textOf(choice.finish_reason) || answer.finishReason, usage: usageOf(fields.usage) ?? answer.usage,
  };
}
