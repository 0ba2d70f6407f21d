import { objectOf, textOf, type ChatMessage, type JsonObject } from "@trunkline/protocol";

/** Hub messages → Cohere's, whose roles are the hub's but for `developer` (https://docs.cohere.com/reference/chat#request.body.messages). */
export function translateMessages(messages: readonly ChatMessage[], losses: string[]): JsonObject[] {
  return messages.flatMap((message) => {
    if (message.role === "tool") return [{ role: "tool", tool_call_id: message.tool_call_id ?? "", content: plainText(message, losses) }];
    if (message.role === "assistant") return assistant(message, losses);
    if (message.role === "user") return [{ role: "user", content: content(message, losses) }];
    return [{ role: "system", content: plainText(message, losses) }];
  });
}

/** QUIRK(cohere): a turn that calls tools has a plan instead of content. */
function assistant(message: ChatMessage, losses: string[]): JsonObject[] {
  if (message.reasoning_details?.length) losses.push("dropped:reasoning_details");
  const text = plainText(message, losses);
  const calls = (message.tool_calls ?? []).map(({ id, function: called }) => ({ id, type: "function", function: { name: called?.name ?? "", arguments: called?.arguments || "{}" } }));
  if (calls.length === 0) return text === "" ? [] : [{ role: "assistant", content: text }];
  const plan = textOf(message["reasoning"]) || text;
  return [{ role: "assistant", tool_calls: calls, ...(plan ? { tool_plan: plan } : {}) }];
}

function content(message: ChatMessage, losses: string[]): unknown {
  if (typeof message.content === "string" || !message.content) return message.content ?? "";
  return message.content.flatMap((part) => contentPart(part as JsonObject, losses));
}

function plainText(message: ChatMessage, losses: string[]): string {
  if (typeof message.content === "string") return message.content;
  return (message.content ?? []).flatMap((part) => contentPart(part as JsonObject, losses)).map((part) => {
    if (part["type"] !== "text") losses.push(`dropped:messages.${textOf(part["type"])}`);
    return textOf(part["text"]);
  }).join("");
}

function contentPart(part: JsonObject, losses: string[]): JsonObject[] {
  switch (part["type"]) {
    case "text": case "refusal": {
      const text = textOf(part["text"]) || textOf(part["refusal"]);
      return text === "" ? [] : [{ type: "text", text }];
    }
    case "image_url": {
      const { url, detail } = objectOf(part["image_url"]);
      return [{ type: "image_url", image_url: { url, ...(detail === undefined ? {} : { detail }) } }];
    }
  }
  losses.push(`dropped:messages.${textOf(part["type"]) || "part"}`);
  return [];
}
