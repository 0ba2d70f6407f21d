/** Wire types of the Anthropic Messages API (https://docs.anthropic.com/en/api/messages), as far as the gateway reads or writes them. */
export interface MessagesTextBlock { readonly type: "text"; readonly text: string }
export interface MessagesToolUseBlock { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown }
export interface MessagesThinkingBlock { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
export interface MessagesRedactedThinkingBlock { readonly type: "redacted_thinking"; readonly data: string }
/** A picture that a model made: the form in which the wire takes pictures, since it has none of its own for giving them. */
export interface MessagesImageBlock { readonly type: "image"; readonly source: { readonly type: "base64"; readonly media_type: string; readonly data: string } }
export type MessagesContentBlock = MessagesTextBlock | MessagesImageBlock | MessagesToolUseBlock | MessagesThinkingBlock | MessagesRedactedThinkingBlock;

export type MessagesStopReason = "end_turn" | "max_tokens" | "stop_sequence" | "tool_use" | "refusal";

export interface MessagesUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly output_tokens: number;
  readonly [extra: string]: unknown;
}

export interface MessagesResponse {
  readonly id: string;
  readonly type: "message";
  readonly role: "assistant";
  readonly model: string;
  readonly content: readonly MessagesContentBlock[];
  readonly stop_reason: MessagesStopReason | null;
  readonly stop_sequence: string | null;
  readonly usage: MessagesUsage;
  readonly [extra: string]: unknown;
}
