// Decides what a fault order means: `[provider:]term[,term…]`, several clauses parted by `;`. It promises that
// every order either parses wholly or is refused with the term that nobody knows; carrying a fault out is left
// to the delivery.

/** What one call must suffer. Durations in ms, positions in output tokens. Absent means: behave well. */
export interface Fault {
  status?: number;
  /** Error code put into the error body, for example `context_length_exceeded`. */
  code?: string;
  /** As written: a number of seconds (any sign or size) or `date+N` for an HTTP-date N seconds from now. */
  retryAfter?: string;
  retryAfterMs?: string;
  delayMs?: number;
  ttftMs?: number;
  paceMs?: number;
  hang?: boolean;
  reset?: boolean;
  cutAtTokens?: number;
  stallAtTokens?: number;
  errorAtTokens?: number;
  malformedAtTokens?: number;
  empty?: boolean;
  overloadedFirst?: boolean;
  noUsage?: boolean;
  /** The answer ends without the event that says so, where its finish was told by another. */
  noDone?: boolean;
  /** Nothing is answered, and no word says why it ended; usage is reported all the same. */
  blank?: boolean;
  /** Nothing is answered, and the finish says that generation broke; usage is reported all the same. */
  errorFinish?: boolean;
  /** After so many tokens a stream begins anew, as another answer. */
  restartAtTokens?: number;
  /** The output limit of the call is not kept. */
  noLimit?: boolean;
  /** Where JSON is demanded it is JSON that no schema asks for. */
  wrongForm?: boolean;
  usage?: { inputTokens: number; outputTokens: number };
  tokens?: number;
  seed?: number;
  text?: string;
  splitUtf8?: boolean;
}

/** One clause: for whom it holds, and when. */
export interface FaultRule {
  /** Provider id; null means every provider. */
  provider: string | null;
  /** Only this attempt of a request (1 is the first); null means every attempt. */
  attempt: number | null;
  /** Share of calls hit, 0..1; 1 means all. */
  chance: number;
  fault: Fault;
}

/** Facts of a call by which rules are chosen. */
export interface FaultFacts {
  provider: string;
  attempt: number;
  /** Returns a number in [0, 1) for the rule at this position; the same call must always draw the same. */
  draw: (ruleIndex: number) => number;
}

/** Thrown for an order that cannot be understood; `term` is the part that nobody knows. */
export class FaultSyntaxError extends Error {
  readonly term: string;
  constructor(term: string, reason: string) {
    super(`Unknown fault "${term}": ${reason}`);
    this.name = "FaultSyntaxError";
    this.term = term;
  }
}

/** Longest wait an order may ask for: an hour, so that a typing error cannot hold a test run for days. */
export const WAIT_MS_MAX = 3_600_000;
/** Longest answer an order may ask for; more would only measure memory. */
export const TOKENS_MAX = 200_000;
/** Token counts that a provider might report, up to what a 53-bit integer adds without loss. */
const USAGE_TOKENS_MAX = 1_000_000_000_000;

const PROVIDER_PREFIX = /^([a-z0-9][a-z0-9_.-]*|\*):(.*)$/is;
const RETRY_AFTER = /^(-?\d+(\.\d+)?|date\+\d+)$/;

function integer(term: string, value: string, max: number): number {
  const parsed = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(parsed <= max)) throw new FaultSyntaxError(term, `expected a whole number up to ${max}`);
  return parsed;
}

function decodeText(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function usageOf(term: string, value: string): { inputTokens: number; outputTokens: number } {
  const [input, output, ...rest] = value.split(",");
  if (input === undefined || output === undefined || rest.length > 0) {
    throw new FaultSyntaxError(term, "expected usage=INPUT,OUTPUT");
  }
  return {
    inputTokens: integer(term, input.trim(), USAGE_TOKENS_MAX),
    outputTokens: integer(term, output.trim(), USAGE_TOKENS_MAX),
  };
}

function statusOf(term: string, value: string): number {
  const status = integer(term, value, 599);
  if (status < 400) throw new FaultSyntaxError(term, "expected a status from 400 to 599");
  return status;
}

type Apply = (rule: FaultRule, value: string, term: string) => void;

function retryAfterOf(term: string, value: string): string {
  if (!RETRY_AFTER.test(value)) throw new FaultSyntaxError(term, "expected seconds or date+SECONDS");
  return value;
}

function chanceOf(term: string, value: string): number {
  const chance = value === "" ? Number.NaN : Number(value);
  if (!(chance >= 0 && chance <= 1)) throw new FaultSyntaxError(term, "expected a share from 0 to 1");
  return chance;
}

function splitOf(term: string, value: string): boolean {
  if (value !== "utf8") throw new FaultSyntaxError(term, "expected split=utf8");
  return true;
}

// Maps, not objects: a term such as `toString` must not find what every object inherits.
const WITH_VALUE = new Map<string, Apply>(Object.entries({
  status: (rule, value, term) => { rule.fault.status = statusOf(term, value); },
  code: (rule, value) => { rule.fault.code = value; },
  retry_after: (rule, value, term) => { rule.fault.retryAfter = retryAfterOf(term, value); },
  retry_after_ms: (rule, value, term) => { rule.fault.retryAfterMs = retryAfterOf(term, value); },
  delay: (rule, value, term) => { rule.fault.delayMs = integer(term, value, WAIT_MS_MAX); },
  ttft: (rule, value, term) => { rule.fault.ttftMs = integer(term, value, WAIT_MS_MAX); },
  pace: (rule, value, term) => { rule.fault.paceMs = integer(term, value, WAIT_MS_MAX); },
  usage: (rule, value, term) => { rule.fault.usage = usageOf(term, value); },
  tokens: (rule, value, term) => { rule.fault.tokens = integer(term, value, TOKENS_MAX); },
  seed: (rule, value, term) => { rule.fault.seed = integer(term, value, Number.MAX_SAFE_INTEGER); },
  text: (rule, value) => { rule.fault.text = decodeText(value); },
  split: (rule, value, term) => { rule.fault.splitUtf8 = splitOf(term, value); },
  attempt: (rule, value, term) => { rule.attempt = integer(term, value, 1000); },
  chance: (rule, value, term) => { rule.chance = chanceOf(term, value); },
}));

const BARE = new Map<string, (fault: Fault) => void>(Object.entries({
  hang: (fault) => { fault.hang = true; },
  reset: (fault) => { fault.reset = true; },
  malformed: (fault) => { fault.malformedAtTokens = 0; },
  empty: (fault) => { fault.empty = true; },
  overloaded_first: (fault) => { fault.overloadedFirst = true; },
  no_usage: (fault) => { fault.noUsage = true; },
  no_done: (fault) => { fault.noDone = true; },
  blank: (fault) => { fault.blank = true; },
  error_finish: (fault) => { fault.errorFinish = true; },
  no_limit: (fault) => { fault.noLimit = true; },
  wrong_form: (fault) => { fault.wrongForm = true; },
}));

const AT_TOKENS = new Map<string, (fault: Fault, tokens: number) => void>(Object.entries({
  cut: (fault, tokens) => { fault.cutAtTokens = tokens; },
  stall: (fault, tokens) => { fault.stallAtTokens = tokens; },
  error: (fault, tokens) => { fault.errorAtTokens = tokens; },
  malformed: (fault, tokens) => { fault.malformedAtTokens = tokens; },
  restart: (fault, tokens) => { fault.restartAtTokens = tokens; },
}));

/** Every term that an order may hold, as it is written; those at a position end in `@`. */
export const FAULT_TERMS: readonly string[] = [...WITH_VALUE.keys(), ...BARE.keys(), ...[...AT_TOKENS.keys()].map((name) => `${name}@`)];

function applyTerm(rule: FaultRule, term: string): void {
  const equals = term.indexOf("=");
  if (equals > 0) {
    const apply = WITH_VALUE.get(term.slice(0, equals).trim());
    if (apply === undefined) throw new FaultSyntaxError(term, "no such fault");
    return apply(rule, term.slice(equals + 1).trim(), term);
  }
  const at = term.indexOf("@");
  if (at > 0) {
    const apply = AT_TOKENS.get(term.slice(0, at).trim());
    if (apply === undefined) throw new FaultSyntaxError(term, "no such fault");
    return apply(rule.fault, integer(term, term.slice(at + 1).trim(), TOKENS_MAX));
  }
  const apply = BARE.get(term);
  if (apply === undefined) throw new FaultSyntaxError(term, "no such fault");
  apply(rule.fault);
}

/** Parts a clause at its commas, except inside `usage=A,B` and after `text=`, whose value runs to the clause's end. */
function termsOf(clause: string): string[] {
  const terms: string[] = [];
  const parts = clause.split(",");
  for (let index = 0; index < parts.length; index += 1) {
    const part = (parts[index] ?? "").trim();
    if (part.startsWith("text=")) return [...terms, parts.slice(index).join(",").trimStart()];
    if (part.startsWith("usage=") && index + 1 < parts.length) {
      terms.push(`${part},${(parts[index + 1] ?? "").trim()}`);
      index += 1;
    } else {
      terms.push(part);
    }
  }
  return terms;
}

function parseClause(clause: string): FaultRule {
  const prefixed = PROVIDER_PREFIX.exec(clause);
  const provider = prefixed?.[1]?.toLowerCase() ?? null;
  const rule: FaultRule = { provider: provider === "*" ? null : provider, attempt: null, chance: 1, fault: {} };
  for (const term of termsOf(prefixed?.[2] ?? clause)) applyTerm(rule, term);
  return rule;
}

/**
 * Parses a fault order. An empty order gives no rules; `text=` may be percent-encoded, as header values are ASCII.
 * @throws FaultSyntaxError naming the first term that is not known.
 */
export function parseFaults(order: string): FaultRule[] {
  return order.split(";").map((clause) => clause.trim()).filter((clause) => clause !== "").map(parseClause);
}

/** Merges the rules that hold for a call. Rules that name the provider win over general ones, later over earlier. */
export function selectFault(rules: readonly FaultRule[], facts: FaultFacts): Fault {
  if (rules.length === 0) return {};
  const held = rules.filter((rule, index) =>
    (rule.provider === null || rule.provider === facts.provider)
    && (rule.attempt === null || rule.attempt === facts.attempt)
    && (rule.chance >= 1 || facts.draw(index) < rule.chance));
  const general = held.filter((rule) => rule.provider === null);
  const named = held.filter((rule) => rule.provider !== null);
  return Object.assign({}, ...[...general, ...named].map((rule) => rule.fault)) as Fault;
}

/** The token position at which a fault strikes inside an answer, or null where it strikes elsewhere or not at all. */
export function strikeAtTokens(fault: Fault): number | null {
  const positions = [fault.cutAtTokens, fault.stallAtTokens, fault.errorAtTokens, fault.malformedAtTokens]
    .filter((position) => position !== undefined);
  return positions.length === 0 ? null : Math.min(...positions);
}
