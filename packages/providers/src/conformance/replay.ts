import { isDeepStrictEqual } from "node:util";
import { arrayOf, objectOf, parseJsonObject, textOf, type JsonObject } from "@trunkline/protocol";
import type { Observation, ProviderAdapter, Relayed } from "../adapter.ts";
import { adapterFor, PROVIDERS } from "../registry.ts";
import { bodyOfBytes, byteByByte, callOf, dataOf, extrasOf, relayAll, seededSplits, targetOf, whole } from "./harness.ts";
import { errorIn, PIECEWISE, saidIn, wireOf, type RecordedWire } from "./recorded-wires.ts";
import { variantsOf } from "./variants.ts";
import { Gathered, readChat, readMessage, readMessageEvents, readResponse, readResponseEvents, type Said } from "./said.ts";

/**
 * Replays one recorded answer of a real provider through the dialect that speaks its wire, for callers of every API, and
 * compares what came out with what the recording says. It promises a list of every difference; an exception is one of them.
 */
export interface Recording {
  /** `<provider>/<case>.json` is a body, `.chunks.txt` a stream of one event's data a line, `.sse` a framed stream. */
  readonly name: string;
  readonly text: string;
}

export interface Replayed {
  readonly name: string;
  /** Null: no dialect speaks this wire, and nothing was replayed. */
  readonly dialect: RecordedWire["dialect"] | null;
  readonly checks: number;
  readonly differences: readonly string[];
  readonly rows: readonly Row[];
}

/** One check of one recording for callers of one API; checks of the same kind (a cut at each frame) are one row. */
export interface Row { readonly recording: string; readonly inbound: string; readonly check: string; ok: boolean; detail: string }

const INBOUND = ["chat_completions", "messages", "responses"] as const;
type Inbound = (typeof INBOUND)[number];
const SEEDS = [1, 7, 42] as const;
/** Folders that are called otherwise than the provider. */
const FOLDERS: Readonly<Record<string, string>> = { google: "gemini", moonshotai: "moonshot", azure: "azure-openai", "amazon-bedrock": "bedrock" };
const END = /\[DONE\]|"message_stop"|"response\.(?:completed|incomplete)"/;
/** What comes behind these belongs to another answer. */
const LAST = new Set<unknown>(["message_stop", "response.completed", "response.incomplete"]);
/** Azure and every compatible server speak OpenAI's Responses wire alike, whatever the registry routes to it today. */
const RESPONSES_USE = { inbound: "responses", upstreamModel: "" } as const;

export function replay(recording: Recording): Replayed {
  const isStream = !recording.name.endsWith(".json");
  const lines = isStream ? linesOf(recording) : [recording.text];
  const answers = lines.map(parseJsonObject).filter((answer) => answer !== null);
  const wire = wireOf(answers);
  const checks = new Checks(recording.name);
  if (!wire) return { name: recording.name, dialect: null, checks: 0, differences: [], rows: [] };
  const provider = providerOf(recording.name, wire);
  for (const inbound of INBOUND) {
    checks.run(inbound, () => (isStream ? new StreamReplay({ wire, provider, inbound, lines, answers }, checks).run() : replayBody({ wire, provider, inbound, lines, answers }, checks)));
  }
  return { name: recording.name, dialect: wire.dialect, checks: checks.count, differences: checks.differences, rows: checks.rows };
}

function linesOf({ name, text }: Recording): string[] {
  const lines = text.split(/\r?\n/).map((line) => (name.endsWith(".sse") ? line.replace(/^data: ?/, "") : line).trim());
  return lines.filter((line) => line.startsWith("{"));
}

function providerOf(name: string, wire: RecordedWire): string {
  const folder = name.split("/")[0] ?? "";
  const provider = FOLDERS[folder] ?? folder;
  const profile = PROVIDERS.get(provider);
  const speaks = wire.dialect === "responses" ? profile?.responses === true : profile?.dialect === wire.dialect;
  return speaks ? provider : wire.provider;
}

const adapterOf = ({ wire, provider }: Pick<Case, "wire" | "provider">): ProviderAdapter => adapterFor(provider, wire.dialect === "responses" ? RESPONSES_USE : undefined);

/** Counts what was looked at and keeps what differs. */
class Checks {
  count = 0;
  readonly differences: string[] = [];
  readonly rows: Row[] = [];
  #where = "";
  #variant = "";

  constructor(private readonly recording: string) {}

  run(where: string, check: () => void): void {
    this.#where = where;
    try {
      check();
    } catch (error) {
      this.that("no exception", false, error instanceof Error ? error.message : String(error));
    }
  }

  /** Checks of one variant of the recording: they are named by it. */
  within(variant: string, check: () => void): void {
    this.#variant = ` with ${variant}`;
    check();
    this.#variant = "";
  }

  that(checked: string, holds: boolean, detail: unknown = ""): void {
    const what = `${checked}${this.#variant}`;
    this.count++;
    this.#row(what.replace(/\d+/g, "N"), holds, String(detail).slice(0, 300));
    if (!holds) this.differences.push(`${this.#where}: ${what}${detail === "" ? "" : ` (${String(detail).slice(0, 300)})`}`);
  }

  #row(check: string, ok: boolean, detail: string): void {
    const known = this.rows.find((row) => row.inbound === this.#where && row.check === check);
    if (!known) this.rows.push({ recording: this.recording, inbound: this.#where, check, ok, detail: ok ? "" : detail });
    else if (known.ok && !ok) Object.assign(known, { ok, detail });
  }

  same(what: string, got: unknown, expected: unknown): void {
    this.that(what, isDeepStrictEqual(got, expected), `got ${JSON.stringify(got)}, recorded ${JSON.stringify(expected)}`);
  }
}

interface Case { readonly wire: RecordedWire; readonly provider: string; readonly inbound: Inbound; readonly lines: readonly string[]; readonly answers: readonly JsonObject[] }

const passesThrough = ({ wire, inbound }: Case): boolean => wire.dialect === ({ messages: "anthropic", chat_completions: "openai", responses: "responses" } as const)[inbound];

const ask = (inbound: Inbound, stream: boolean) => callOf(inbound === "responses" ? { model: "m", stream, input: "x" } : { model: "m", max_tokens: 9, stream, messages: [{ role: "user", content: "x" }] }, { inbound, wantsUsageChunk: true });

/** The Responses wire does not tell an answer that ended with calls from one that ended after them. */
const finishOn = (inbound: Inbound, { finish, tools }: Said): string | null => (inbound === "responses" && tools.length > 0 && finish === "stop" ? "tool_calls" : finish);

function compare(checks: Checks, got: Said, { expected, inbound }: { readonly expected: Said; readonly inbound: Inbound }): void {
  checks.same("text", got.text, expected.text);
  checks.same("reasoning", got.reasoning, expected.reasoning);
  const tools = got.tools.map((tool, index) => (expected.tools[index]?.arguments === PIECEWISE ? { ...tool, arguments: PIECEWISE } : tool));
  checks.same("tool calls", tools, expected.tools);
  checks.same("finish reason", got.finish, finishOn(inbound, expected));
}

function compareUsage(checks: Checks, { usage }: Observation, expected: Said): void {
  const metered = usage ? { input: usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens, output: usage.outputTokens + usage.reasoningTokens } : null;
  checks.same("usage", metered, expected.usage);
  if (!usage) return;
  const { parts = {}, ...classes } = usage;
  checks.that("usage is of whole numbers and as reported", usage.basis === "reported" && [...Object.values(classes), ...Object.values(parts)].every((count) => typeof count === "string" || (Number.isSafeInteger(count) && count >= 0)));
}

function replayBody(given: Case, checks: Checks): void {
  const { wire, provider, inbound, lines, answers } = given;
  const upstream = Buffer.from(lines[0] ?? "");
  const { bytes, observation } = adapterOf(given).relayBody(ask(inbound, false), upstream, extrasOf(provider));
  if (errorIn(answers) !== null) { checks.that("told as a failure", observation.failure !== null && bytes.length === 0); return; }
  const expected = saidIn(wire, answers);
  checks.that("answered", observation.failure === null && observation.complete, observation.failure?.publicMessage);
  const body = bodyOfBytes(bytes);
  const gathered = new Gathered();
  if (inbound === "messages") readMessage(body, gathered);
  else if (inbound === "responses") readResponse(body, gathered);
  else readChat(body, gathered);
  compare(checks, gathered.said(), { expected, inbound });
  compareUsage(checks, observation, expected);
  if (passesThrough(given)) checks.same("passed through but for provider and cost", undressed(body, answers[0] ?? {}), undressed(answers[0] ?? {}, answers[0] ?? {}));
}

/** Without what the gateway adds, and without what it replaces in `usage`. */
function undressed(answer: JsonObject, recorded: JsonObject): JsonObject {
  const { provider: _provider, system_fingerprint: fingerprint, usage, ...rest } = answer;
  const { cost: _cost, cost_details: _details, ...counts } = objectOf(usage);
  return { ...rest, ...("system_fingerprint" in recorded ? { system_fingerprint: fingerprint } : {}), ...(usage === undefined || usage === null ? {} : { usage: counts }) };
}

class StreamReplay {
  readonly #frames: readonly Uint8Array[];

  constructor(private readonly given: Case, private readonly checks: Checks) {
    const terminator = Buffer.from(given.wire.terminator);
    this.#frames = [...given.lines.map((line) => given.wire.frame(line)), ...(terminator.length > 0 ? [terminator] : [])];
  }

  run(): void {
    const { checks, given } = this;
    const bytes = Buffer.concat(this.#frames);
    const expected = saidIn(given.wire, given.answers);
    const first = this.#relay(whole(bytes));
    if (errorIn(given.answers) !== null) { checks.that("told as a failure, and never ended as an answer", first.observation.failure !== null && !first.observation.complete && !END.test(first.text)); return; }
    checks.that("complete", first.observation.failure === null && first.observation.complete, first.observation.failure?.publicMessage);
    compare(checks, delivered(given.inbound, first.text), { expected, inbound: given.inbound });
    compareUsage(checks, first.observation, expected);
    checks.that("ends with the caller's terminator", given.inbound === "chat_completions" ? first.text.endsWith("data: [DONE]\n\n") : END.test(first.text.slice(first.text.lastIndexOf("\n\nevent: "))));
    checks.that("the same byte by byte", this.#relay(byteByByte(bytes)).text === first.text);
    for (const seed of SEEDS) checks.that(`the same at the splits of seed ${seed}`, this.#relay(seededSplits(bytes, seed)).text === first.text);
    this.#vary(expected);
    this.#cut();
    if (passesThrough(given)) this.#passedThrough(first.text);
  }

  #relay(pieces: readonly Uint8Array[], how?: "upstream_lost"): Relayed & { readonly text: string } {
    const { provider, inbound } = this.given;
    return relayAll(adapterOf(this.given).relayStream(ask(inbound, true), targetOf(provider, "up"), extrasOf(provider)), pieces, how);
  }

  /** As another server, proxy or version might send it: it says the same. */
  #vary(expected: Said): void {
    const { checks, given } = this;
    for (const { name, bytes } of variantsOf(given.lines, given.wire)) checks.within(name, () => {
      const { text, observation } = this.#relay(whole(bytes));
      checks.that("complete", observation.complete, observation.failure?.publicMessage);
      compare(checks, delivered(given.inbound, text), { expected, inbound: given.inbound });
      compareUsage(checks, observation, expected);
    });
  }

  /** At every frame, by turns before it and in its middle: an error and no terminator, unless the finish was already seen. */
  #cut(): void {
    for (const [index, frame] of this.#frames.entries()) {
      const rest = (index % 2 === 0) === (this.given.inbound !== "chat_completions") ? frame.subarray(0, Math.floor(frame.length / 2)) : frame.subarray(0, 0);
      const { text, observation } = this.#relay([...this.#frames.slice(0, index), rest], "upstream_lost");
      const finished = observation.finishReason !== null;
      const holds = observation.complete === finished && (observation.failure === null) === finished && END.test(text) === finished && (text === "" || text.endsWith("\n\n"));
      this.checks.that(`cut at frame ${index + 1}`, holds, `complete ${observation.complete}, failure ${observation.failure?.class ?? "none"}, finish ${observation.finishReason}`);
    }
  }

  #isPriced(answer: JsonObject): boolean {
    if (this.given.wire.dialect === "responses") return answer["type"] === "response.completed" || answer["type"] === "response.incomplete";
    return this.given.wire.dialect === "anthropic" ? answer["type"] === "message_delta" : answer["usage"] != null;
  }

  /** Frames go out as they came, but for the cost in those that tell the usage at the end. */
  #passedThrough(text: string): void {
    const got = text.split("\n\n").filter((frame) => frame !== "");
    const end = this.given.answers.findIndex((answer) => LAST.has(answer["type"])) + 1;
    const sent = this.#frames.slice(0, end || undefined).map((frame) => Buffer.from(frame).toString("utf8").trimEnd());
    this.checks.same("frames passed through", got.length, sent.length);
    for (const [index, frame] of sent.entries()) {
      const answer = parseJsonObject(frame.slice(frame.indexOf("{")));
      const relayed = got[index] ?? "";
      if (answer && this.#isPriced(answer)) this.checks.same(`frame ${index + 1} but for the cost`, undressed(inner(parseJsonObject(relayed.slice(relayed.indexOf("{"))) ?? {}), inner(answer)), undressed(inner(answer), inner(answer)));
      else this.checks.that(`frame ${index + 1} byte for byte`, relayed === frame, relayed);
    }
  }
}

/** The response inside the event that ends it; any other frame is its own. */
const inner = (answer: JsonObject): JsonObject => (textOf(answer["type"]).startsWith("response.") ? objectOf(answer["response"]) : answer);

function delivered(inbound: Inbound, text: string): Said {
  const gathered = new Gathered();
  const events = dataOf(text);
  if (inbound === "messages") readMessageEvents(events, gathered);
  else if (inbound === "responses") readResponseEvents(events, gathered);
  else for (const chunk of events) if (arrayOf(chunk["choices"]).length > 0) readChat(chunk, gathered);
  return gathered.said();
}
