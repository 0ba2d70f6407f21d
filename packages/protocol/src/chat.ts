/** The hub form: OpenAI Chat Completions (https://platform.openai.com/docs/api-reference/chat), plus opaque parts carried through. */
export interface ChatTextPart { readonly type: "text"; readonly text: string; readonly [extra: string]: unknown }
export interface ChatImagePart { readonly type: "image_url"; readonly image_url: { readonly url: string; readonly detail?: string } }
export interface ChatOtherPart { readonly type: string; readonly [extra: string]: unknown }
export type ChatPart = ChatTextPart | ChatImagePart | ChatOtherPart;

export interface ChatToolCall { readonly id: string; readonly type: "function"; readonly function: { readonly name: string; readonly arguments: string }; /** Opaque provider state, e.g. a Gemini thought signature. */ readonly extra_content?: unknown }

export interface ChatMessage {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly content?: string | readonly ChatPart[] | null;
  readonly name?: string;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
  /** Opaque Anthropic thinking blocks, carried there and back. */
  readonly reasoning_details?: readonly unknown[];
  readonly [extra: string]: unknown;
}

export interface ChatTool { readonly type: string; readonly function?: { readonly name: string; readonly description?: string; readonly parameters?: unknown; readonly strict?: boolean | null }; readonly [extra: string]: unknown }

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean | null;
  readonly stream_options?: { readonly include_usage?: boolean } | null;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly top_k?: number | null;
  readonly stop?: string | readonly string[] | null;
  readonly tools?: readonly ChatTool[] | null;
  readonly tool_choice?: unknown;
  readonly parallel_tool_calls?: boolean | null;
  readonly response_format?: { readonly type: string; readonly json_schema?: { readonly name: string; readonly schema?: unknown; readonly strict?: boolean | null } } | null;
  readonly reasoning_effort?: string | null;
  readonly user?: string | null;
  readonly [extra: string]: unknown;
}

export interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly [extra: string]: unknown };
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number; readonly [extra: string]: unknown };
  readonly [extra: string]: unknown;
}
export type ChatFinishReason = "stop" | "length" | "tool_calls" | "content_filter";
export interface ChatResponse {
  readonly id: string; readonly object: "chat.completion"; readonly created: number; readonly model: string; readonly system_fingerprint: string | null;
  readonly choices: readonly { readonly index: number; readonly message: { readonly role: "assistant"; readonly content: string | null; readonly refusal?: string | null; readonly tool_calls?: readonly ChatToolCall[]; readonly [extra: string]: unknown }; readonly logprobs: null; readonly finish_reason: ChatFinishReason }[];
  readonly usage: ChatUsage;
  readonly [extra: string]: unknown;
}
export interface ChatChunk {
  readonly id: string; readonly object: "chat.completion.chunk"; readonly created: number; readonly model: string; readonly system_fingerprint: string | null;
  readonly choices: readonly { readonly index: number; readonly delta: Readonly<Record<string, unknown>>; readonly logprobs?: null; readonly finish_reason: ChatFinishReason | null }[];
  readonly usage?: ChatUsage | null;
  readonly [extra: string]: unknown;
}
