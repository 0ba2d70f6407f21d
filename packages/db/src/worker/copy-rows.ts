// A batch as the text that COPY reads, a line a row. It decides nothing about money: the ledger lines arrive ready, and every account has a column.
// Text that Postgres would refuse is mended before (`clean-event.ts`); what is told twice is the caller's business.
import type { UsageEvent } from "@trunkline/contracts";
import { LEDGER_COLUMNS } from "../ledger-columns.ts";

/** One signed line of a double entry: debit positive, credit negative, nano-USD. */
export interface LedgerLine { readonly account: string; readonly amountNanoUsd: bigint }

const GENERATION_COLUMNS = ["id", "mode", "organizationId", "projectId", "apiKeyId", "createdAt", "inboundApi", "streaming", "requestedModel", "presetSlug", "presetVersion", "status", "httpStatus", "errorCode", "errorMessage",
  "provider", "model", "finishReason", "durationMs", "timeToFirstTokenMs", "inputTokens", "cacheReadTokens", "cacheWriteTokens", "outputTokens", "reasoningTokens", "usageBasis", "usageParts", "priceVersionId",
  "chargeNanoUsd", "costNanoUsd", "credentialId", "ownSpendNanoUsd", "ownKeyFeeNanoUsd", "attempts", "losses", "endUser", "sessionId", "metadata", "decision"];
const ACCOUNTS = [...LEDGER_COLUMNS.keys()];

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
export const COPY_GENERATIONS_SQL = `COPY generation (${quoted(GENERATION_COLUMNS)}) FROM STDIN`;
export const COPY_LEDGER_SQL = `COPY ledger_transaction (${quoted(["id", "kind", "sourceId", "organizationId", "createdAt", ...LEDGER_COLUMNS.values()])}) FROM STDIN`;

/** What the text form of COPY sets apart (its manual, "File Formats"). */
const TO_ESCAPE = /[\\\n\r\t]/;
const EACH_TO_ESCAPE = /[\\\n\r\t]/g;
const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const NULL = "\\N";

const escaped = (text: string): string => (TO_ESCAPE.test(text) ? text.replace(EACH_TO_ESCAPE, (character) => ESCAPED[character] ?? character) : text);
const text = (value: string | null | undefined): string => (value === null || value === undefined ? NULL : escaped(value));
const json = (value: unknown): string => (value === null || value === undefined ? NULL : escaped(JSON.stringify(value)));
/** Integer columns meet floats from monotonic clocks. */
const whole = (value: number | null): string => (value === null ? NULL : String(Math.round(value)));
let lastTime = { ms: Number.NaN, text: "" };
/** A row and its ledger transaction name the same moment, and so do neighbours. */
function time(ms: number): string {
  if (ms !== lastTime.ms) lastTime = { ms, text: new Date(ms).toISOString() };
  return lastTime.text;
}

/** What the providers bill for the request: the sum over its attempts, lost ones included. */
export function costNanoUsdOf({ attempts }: UsageEvent): string {
  const [only] = attempts;
  if (only !== undefined && attempts.length === 1) return only.costNanoUsd;
  return attempts.reduce((sum, attempt) => sum + BigInt(attempt.costNanoUsd), 0n).toString();
}

/** In the order of `GENERATION_COLUMNS`. One expression: a list of readers costs more than the text. */
function generationRow(e: UsageEvent): string {
  const { usage } = e;
  return `${escaped(e.id)}\t${e.mode}\t${escaped(e.organizationId)}\t${escaped(e.projectId)}\t${escaped(e.apiKeyId)}\t${time(e.createdAtMs)}\t${e.inboundApi}\t${e.streaming ? "t" : "f"}\t${escaped(e.requestedModel)}\t${text(e.presetSlug)}\t${e.presetVersion ?? NULL}\t${e.status}\t${e.httpStatus}\t${text(e.errorCode)}\t${text(e.errorMessage)}\t${
    text(e.provider)}\t${text(e.model)}\t${text(e.finishReason)}\t${whole(e.durationMs)}\t${whole(e.timeToFirstTokenMs)}\t${usage.inputTokens}\t${usage.cacheReadTokens}\t${usage.cacheWriteTokens}\t${usage.outputTokens}\t${usage.reasoningTokens}\t${usage.basis}\t${json(usage.parts)}\t${text(e.priceVersionId)}\t${
    e.chargeNanoUsd}\t${costNanoUsdOf(e)}\t${text(e.credentialId)}\t${e.ownSpendNanoUsd ?? "0"}\t${e.ownKeyFeeNanoUsd ?? "0"}\t${json(e.attempts)}\t${json(e.losses)}\t${text(e.endUser)}\t${text(e.sessionId)}\t${json(e.metadata)}\t${json(e.decision)}\n`;
}

export function generationRows(events: readonly UsageEvent[]): string {
  let rows = "";
  for (const event of events) rows += generationRow(event);
  return rows;
}

/** The transaction of one event. Its id follows from the event's, which keeps a second one out. Throws a RangeError on an account that has no column. */
export function ledgerRow({ id, organizationId, createdAtMs }: Pick<UsageEvent, "id" | "organizationId" | "createdAtMs">, lines: readonly LedgerLine[]): string {
  const unknown = lines.find(({ account }) => !LEDGER_COLUMNS.has(account));
  if (unknown) throw new RangeError(`the ledger has no column for the account ${unknown.account}`);
  const source = escaped(id);
  let row = `txn_${source}\tusage\t${source}\t${escaped(organizationId)}\t${time(createdAtMs)}`;
  for (const account of ACCOUNTS) row += `\t${lines.find((line) => line.account === account)?.amountNanoUsd ?? NULL}`;
  return `${row}\n`;
}
