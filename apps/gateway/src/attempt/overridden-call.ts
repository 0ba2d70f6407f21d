import { chatFromMessages, parseChatRequest, type ChatRequest } from "@trunkline/protocol";
import type { Call } from "@trunkline/providers";
import type { Candidate } from "@trunkline/router-core";

/** The call with the preset's parameters in the place of the caller's. The caller's own call stays as it was for other candidates. */
export function overriddenCall(call: Call, overrides: NonNullable<Candidate["overrides"]>): Call {
  const { max_tokens: maxTokens, ...rest } = overrides;
  const limit = call.body["max_completion_tokens"] === undefined ? "max_tokens" : "max_completion_tokens";
  const body: Record<string, unknown> = { ...call.body, ...rest, ...(maxTokens === undefined ? {} : { [limit]: maxTokens }) };
  let hub: ChatRequest | null = null;
  return { ...call, body, raw: Buffer.from(JSON.stringify(body)), hub: () => hub ??= call.inbound === "messages" ? chatFromMessages(body) : parseChatRequest(body) };
}
