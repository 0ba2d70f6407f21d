import type { ChatTool } from "./chat.ts";
import { InvalidRequestError } from "./invalid-request.ts";
import { arrayOf, isJsonObject, objectOf, parseJsonObject, textOf, type JsonObject } from "./json-object.ts";
import { CHAT_TOOLS_MAX } from "./parse-chat-request.ts";

/**
 * Tools of the Responses wire in the hub form. A function stays one; a free-text (`custom`) tool is emulated by a function of one
 * text, because coding agents edit files with one; what the provider itself would run cannot be carried, and is told as a loss.
 */
const FREE_TEXT = "input";

/** Names of the caller's free-text tools: their calls go back in the form they are known by. */
export function customToolNames(body: JsonObject): ReadonlySet<string> {
  return new Set(arrayOf(body["tools"]).map(objectOf).filter((tool) => tool["type"] === "custom").map((tool) => textOf(tool["name"])));
}

export const argumentsFromFreeText = (text: string): string => JSON.stringify({ [FREE_TEXT]: text });

/** What a model that was told of a function wrote for a free-text tool; text that is no such JSON is what it meant. */
export function freeTextFromArguments(json: string): string {
  const given = parseJsonObject(json);
  const text = given?.[FREE_TEXT];
  return typeof text === "string" ? text : json;
}

function chatTool(tool: JsonObject): ChatTool | null {
  const name = textOf(tool["name"]);
  const description = textOf(tool["description"]);
  if (tool["type"] === "function") {
    const strict = tool["strict"];
    return { type: "function", function: { name, ...(description ? { description } : {}), parameters: tool["parameters"] ?? { type: "object", properties: {} }, ...(typeof strict === "boolean" ? { strict } : {}) } };
  }
  if (tool["type"] !== "custom") return null;
  const format = objectOf(tool["format"]);
  const grammar = format["type"] === "grammar" ? `\nThe text must follow this ${textOf(format["syntax"])} grammar:\n${textOf(format["definition"])}` : "";
  return { type: "function", function: { name, description: `${description}${grammar}`.trim(), parameters: { type: "object", properties: { [FREE_TEXT]: { type: "string" } }, required: [FREE_TEXT], additionalProperties: false } } };
}

export interface ChatToolFields { readonly tools?: readonly ChatTool[]; readonly tool_choice?: unknown }

/** Tools and choice in the hub form, with what was lost on the way. Throws InvalidRequestError. */
export function chatToolsFrom(body: JsonObject, losses: string[]): ChatToolFields {
  const given = body["tools"];
  if (given != null && !Array.isArray(given)) throw new InvalidRequestError("tools", "`tools` must be an array.");
  const tools: ChatTool[] = [];
  for (const [index, tool] of arrayOf(given).entries()) {
    if (!isJsonObject(tool)) throw new InvalidRequestError(`tools[${index}]`, `\`tools[${index}]\` must be an object.`);
    if ((tool["type"] === "function" || tool["type"] === "custom") && !textOf(tool["name"])) throw new InvalidRequestError(`tools[${index}].name`, `\`tools[${index}].name\` must be a string.`);
    const carried = chatTool(tool);
    if (carried) tools.push(carried);
    else losses.push(`dropped:tools.${textOf(tool["type"]) || "unknown"}`);
    if (tool["type"] === "custom") losses.push("emulated:tools.custom");
  }
  if (tools.length > CHAT_TOOLS_MAX) throw new InvalidRequestError("tools", `\`tools\` must hold at most ${CHAT_TOOLS_MAX} tools.`);
  return tools.length === 0 ? {} : chosen(tools, body["tool_choice"], losses);
}

function chosen(tools: readonly ChatTool[], choice: unknown, losses: string[]): ChatToolFields {
  if (choice === "auto" || choice === "none" || choice === "required") return { tools, tool_choice: choice };
  if (!isJsonObject(choice)) return { tools };
  const named = (name: unknown): boolean => tools.some((tool) => tool.function?.name === name);
  if ((choice["type"] === "function" || choice["type"] === "custom") && named(choice["name"])) return { tools, tool_choice: { type: "function", function: { name: choice["name"] } } };
  if (choice["type"] === "allowed_tools") {
    const names = new Set(arrayOf(choice["tools"]).map((tool) => objectOf(tool)["name"]));
    const allowed = tools.filter((tool) => names.has(tool.function?.name));
    return { tools: allowed.length > 0 ? allowed : tools, tool_choice: choice["mode"] === "required" ? "required" : "auto" };
  }
  losses.push("dropped:tool_choice");
  return { tools };
}
