import { chatFromResponses, type JsonObject } from "@trunkline/protocol";
import type { Call } from "../adapter.ts";
import { adapterFor } from "../registry.ts";
import { callOf, extrasOf, targetOf } from "./harness.ts";
import { ANSWER_ROWS, type AnswerRow } from "./matrix-answers.ts";
import { PROBE, REQUEST_ROWS, type RequestRow } from "./matrix-requests.ts";

/**
 * The matrix of what reaches which wire, made by asking the adapters themselves: a row is carried where its probe stands in the
 * upstream's body, and lost where the adapter says so. What is neither is `silent`, which no cell may be.
 */
export const INBOUND = ["chat_completions", "messages", "responses"] as const;
type Inbound = (typeof INBOUND)[number];

interface Column { readonly title: string; readonly provider: string; readonly model: string; readonly speaks: Inbound | null; readonly wire: keyof AnswerRow["wires"] }
/** One provider of every wire, with a model that thinks and reads everything. */
export const COLUMNS: readonly Column[] = [
  { title: "OpenAI Chat", provider: "groq", model: "openai/gpt-oss-120b", speaks: "chat_completions", wire: "openai" },
  { title: "OpenAI Responses", provider: "openai", model: "gpt-5-pro", speaks: "responses", wire: "responses" },
  { title: "Anthropic", provider: "anthropic", model: "claude-sonnet-4-5", speaks: "messages", wire: "anthropic" },
  { title: "Gemini", provider: "gemini", model: "gemini-2.5-pro", speaks: null, wire: "gemini" },
  { title: "Bedrock", provider: "bedrock", model: "anthropic.claude-sonnet-4-5-v1:0", speaks: null, wire: "bedrock" },
  { title: "Cohere", provider: "cohere", model: "command-a-reasoning-08-2025", speaks: null, wire: "cohere" },
  { title: "Replicate", provider: "replicate", model: "meta/llama-2-70b-chat", speaks: null, wire: "replicate" },
];

export type Status = "native" | "translated" | "emulated" | "fitted" | "lost" | "silent" | "–";
export interface Cell { readonly status: Status; readonly losses: readonly string[] }

const DEFAULTS: Readonly<Record<Inbound, JsonObject>> = {
  chat_completions: { messages: [{ role: "user", content: "hi" }] }, messages: { max_tokens: 100, messages: [{ role: "user", content: "hi" }] }, responses: { input: "hi" },
};

function callIn(inbound: Inbound, fragment: JsonObject): Call {
  const body = { model: "m", ...DEFAULTS[inbound], ...fragment };
  return callOf(body, { inbound, ...(inbound === "responses" ? { hubLosses: () => chatFromResponses(body).losses } : {}) });
}

export function cellOf(row: RequestRow, inbound: Inbound, { provider, model, speaks }: Column): Cell {
  const fragment = row[inbound];
  if (!fragment) return { status: "–", losses: [] };
  const { body, losses } = adapterFor(provider, { inbound, upstreamModel: model }).prepare(callIn(inbound, fragment), targetOf(provider, model));
  const wire = Buffer.from(body).toString("utf8");
  const isSeen = (row.seen ?? [PROBE]).some((form) => wire.includes(form));
  return { status: statusOf(losses, isSeen, speaks === inbound), losses };
}

function statusOf(losses: readonly string[], isSeen: boolean, isNative: boolean): Status {
  if (isNative && isSeen && losses.length === 0) return "native";
  if (losses.some((loss) => loss.startsWith("dropped:"))) return "lost";
  if (losses.some((loss) => loss.startsWith("emulated:"))) return "emulated";
  if (losses.length > 0) return "fitted";
  return isSeen ? "translated" : "silent";
}

const API_TITLES: Readonly<Record<Inbound, string>> = { chat_completions: "Chat Completions", messages: "Messages", responses: "Responses" };
const shown = ({ status, losses }: Cell): string => losses.length === 0 ? status : `${status}: ${losses.map((loss) => `\`${loss}\``).join(" ")}`;

function tableOf(inbound: Inbound): string {
  const rows = REQUEST_ROWS.filter((row) => row[inbound]).map((row) => `| ${row.group} | ${row.title} | ${COLUMNS.map((column) => shown(cellOf(row, inbound, column))).join(" | ")} |`);
  return [`## Asked through ${API_TITLES[inbound]}`, "", `| | | ${COLUMNS.map(({ title }) => title).join(" | ")} |`, `|---|---|${COLUMNS.map(() => "---").join("|")}|`, ...rows].join("\n");
}

/** What becomes of one thing in an upstream's plain answer for a caller of this API; an answer cannot tell a loss, so `lost` is said here alone. */
export function answerCellOf(row: AnswerRow, inbound: Inbound, { provider, model, speaks, wire }: Column): Status {
  const answer = row.wires[wire];
  if (!answer) return "–";
  const call = callIn(inbound, {});
  const { bytes, observation } = adapterFor(provider, { inbound, upstreamModel: model }).relayBody(call, Buffer.from(JSON.stringify(answer)), extrasOf(provider));
  if (observation.failure) throw new Error(`${row.title} of ${provider} for ${inbound}: ${observation.failure.publicMessage}`);
  const text = Buffer.from(bytes).toString("utf8");
  if (!(row.seen ?? [PROBE]).some((form) => text.includes(form) || packedIn(text).includes(form))) return "lost";
  return speaks === inbound ? "native" : "translated";
}

/** State of another family travels in the Responses wire's encrypted content, packed. */
const packedIn = (text: string): string => [...text.matchAll(/"encrypted_content":"[^"]*?([A-Za-z0-9+/_-]{16,}={0,2})"/g)].map((match) => Buffer.from(match[1] ?? "", "base64").toString("utf8")).join("");

function answersTable(inbound: Inbound): string {
  const rows = ANSWER_ROWS.map((row) => `| ${row.title} | ${COLUMNS.map((column) => answerCellOf(row, inbound, column)).join(" | ")} |`);
  return [`## Answered to ${API_TITLES[inbound]}`, "", `| | ${COLUMNS.map(({ title }) => title).join(" | ")} |`, `|---|${COLUMNS.map(() => "---").join("|")}|`, ...rows].join("\n");
}

const PREAMBLE = `# The matrix: what reaches which wire

Made by \`npm run matrix\` from the rows that the tests run (packages/providers/src/conformance/matrix-requests.ts and matrix-answers.ts); a test fails when this page is stale. Every cell is what the adapter did with the row: nothing in it is written by hand.

- **native**: the upstream speaks the caller's own wire, and the bytes go through as they came.
- **translated**: it has another form on that wire, and means the same.
- **emulated**, **fitted**: the wire has nothing of the kind and something else stands in, or a value was cut to what it takes. The loss beside it is told in \`x-trunkline-losses\`, in the receipt, and rules the candidate out under \`routing.losses: strict\`.
- **lost**: it does not arrive. In a request the loss beside it is told in the same places; tools, inputs and \`response_format\` rule the candidate out already under \`warn\`. In an answer only this page tells.
- **–**: that API or wire has no word for it.

The columns are wires; ${COLUMNS.map(({ title, provider, model }) => `${title}: ${provider}, ${model}`).join("; ")}. What a model itself cannot do is the catalogue's to say.`;

/** The whole page. */
export const renderMatrix = (): string => `${[PREAMBLE, ...INBOUND.map(tableOf), ...INBOUND.map(answersTable)].join("\n\n")}\n`;
