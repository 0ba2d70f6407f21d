/**
 * Decides, without translating anything, whether a provider would lose what an answer hangs on: an input that the model should
 * read, the tools, or the demanded form. It promises what `prepare` would report as dropped. Everything else that a
 * translation loses is reported by `prepare` alone.
 */
import type { DialectName, InboundApi } from "@trunkline/contracts";
import { arrayOf, isJsonObject, objectOf, textOf, type JsonObject } from "@trunkline/protocol";
import type { Call } from "../adapter.ts";
import { PROVIDERS } from "../registry.ts";

/** How an input comes: its kind, and whether as data, by address, or as the id of a file that another provider keeps. */
export type Input = "image_url" | "image_data" | "file_url" | "file_data" | "file_id" | "audio" | "video";

/** What a request cannot do without. */
export interface Demands {
  readonly inputs: ReadonlySet<Input>;
  /** Types of tools that are no functions. */
  readonly toolTypes: ReadonlySet<string>;
  /** Top-level fields that a provider may refuse as a whole. */
  readonly fields: readonly string[];
}

/** Inputs that a dialect has no place for. */
const LOST: Readonly<Record<DialectName, ReadonlySet<Input>>> = {
  openai: new Set(),
  anthropic: new Set(["file_id", "audio", "video"]),
  gemini: new Set(["file_id"]),
  bedrock: new Set(["image_url", "file_url", "file_id", "audio", "video"]),
  cohere: new Set(["file_url", "file_data", "file_id", "audio", "video"]),
  replicate: new Set(["image_url", "image_data", "file_url", "file_data", "file_id", "audio", "video"]),
};
/** The dialect that an inbound API is itself; Responses is spoken beside Chat Completions, as the profile says. */
const OWN_DIALECT: Readonly<Partial<Record<InboundApi, DialectName>>> = { chat_completions: "openai", messages: "anthropic" };
/** Types of tools that reach every dialect, as they are or emulated. */
const CARRIED_TOOLS: Readonly<Partial<Record<InboundApi, readonly string[]>>> = { chat_completions: ["function"], messages: ["custom"], responses: ["function", "custom"] };
const FIELDS = ["tools", "functions", "response_format"] as const;
/** Nesting of parts: a tool result in a message holds parts of its own. */
const DEPTH_MAX = 6;

/** Walks the messages and tools of a body once; takes any shape. */
export function demandsOf({ body, inbound }: Pick<Call, "body" | "inbound">): Demands {
  const inputs = new Set<Input>();
  addInputs(body["messages"] ?? body["input"], inputs, 0);
  const toolTypes = new Set<string>();
  for (const tool of arrayOf(body["tools"])) {
    const type = textOf(objectOf(tool)["type"]);
    if (type !== "" && !CARRIED_TOOLS[inbound]?.includes(type)) toolTypes.add(type);
  }
  return { inputs, toolTypes, fields: FIELDS.filter((field) => body[field] !== undefined && body[field] !== null) };
}

/** `dropped:…` for each demand that this provider would lose; empty for a provider that speaks the caller's own wire. */
export function essentialLosses({ inputs, toolTypes, fields }: Demands, call: Pick<Call, "inbound">, provider: string): readonly string[] {
  const profile = PROVIDERS.get(provider);
  if (!profile) return [];
  const refused = fields.filter((field) => profile.omits?.includes(field)).map((field) => `dropped:${field}`);
  if (call.inbound === "responses" ? profile.responses : OWN_DIALECT[call.inbound] === profile.dialect) return refused;
  const lost = [...inputs].filter((input) => LOST[profile.dialect].has(input)).map((input) => `dropped:messages.${input}`);
  if (fields.includes("functions") && profile.dialect !== "openai") lost.push("dropped:functions");
  return [...refused, ...lost, ...[...toolTypes].map((type) => `dropped:tools.${type}`)];
}

function addInputs(value: unknown, into: Set<Input>, depth: number): void {
  if (depth > DEPTH_MAX) return;
  for (const item of arrayOf(value)) {
    if (!isJsonObject(item)) continue;
    const input = inputOf(item);
    if (input) into.add(input);
    else addInputs(item["content"] ?? item["output"], into, depth + 1);
  }
}

const isAddress = (url: string): boolean => /^(?:https?|gs|s3):/i.test(url);

function inputOf(part: JsonObject): Input | null {
  const source = objectOf(part["source"]);
  switch (part["type"]) {
    case "image_url": return isAddress(textOf(objectOf(part["image_url"])["url"])) ? "image_url" : "image_data";
    case "input_image": return part["file_id"] ? "file_id" : isAddress(textOf(part["image_url"])) ? "image_url" : "image_data";
    case "image": return source["type"] === "file" ? "file_id" : source["type"] === "url" ? "image_url" : "image_data";
    case "file": return fileInput(objectOf(part["file"]));
    case "input_file": return fileInput(part);
    case "document": return documentInput(source);
    case "input_audio": return "audio";
    case "video_url": case "input_video": return "video";
    default: return null;
  }
}

function fileInput(file: JsonObject): Input {
  const data = textOf(file["file_data"]) || textOf(file["file_url"]);
  return data === "" ? "file_id" : isAddress(data) ? "file_url" : "file_data";
}

/** A text document becomes text on every wire. */
function documentInput(source: JsonObject): Input | null {
  switch (source["type"]) {
    case "text": case "content": return null;
    case "file": return "file_id";
    case "url": return "file_url";
    default: return "file_data";
  }
}
