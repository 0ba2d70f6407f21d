import { textOf, type ChatMessage, type JsonObject } from "@trunkline/protocol";

export interface Prompt { readonly system: string; readonly prompt: string }

const SPEAKERS: Readonly<Record<string, string>> = { user: "User", assistant: "Assistant", tool: "Tool result" };

/**
 * Hub messages → one prompt, which is all that Replicate's language models take. A single question stays as it is; a conversation
 * becomes a transcript that ends where the assistant is to speak, and is reported as emulated.
 */
export function translateMessages(messages: readonly ChatMessage[], losses: string[]): Prompt {
  const system: string[] = [];
  const turns: { role: string; text: string }[] = [];
  for (const message of messages) {
    const text = plainText(message, losses);
    if (message.tool_calls?.length) losses.push("dropped:messages.tool_calls");
    if (message.reasoning_details?.length) losses.push("dropped:reasoning_details");
    if (message.role === "system" || message.role === "developer") system.push(text);
    else if (text !== "") turns.push({ role: message.role, text });
  }
  const [only] = turns;
  if (only && turns.length === 1 && only.role === "user") return { system: system.join("\n\n"), prompt: only.text };
  losses.push("emulated:messages");
  return { system: system.join("\n\n"), prompt: `${turns.map(({ role, text }) => `${SPEAKERS[role] ?? "User"}: ${text}`).join("\n\n")}\n\nAssistant:` };
}

function plainText({ content }: ChatMessage, losses: string[]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => textIn(part as JsonObject, losses)).join("");
}

function textIn(part: JsonObject, losses: string[]): string {
  if (part["type"] === "text") return textOf(part["text"]);
  if (part["type"] === "refusal") return textOf(part["refusal"]);
  losses.push(`dropped:messages.${textOf(part["type"]) || "part"}`);
  return "";
}
