/**
 * What becomes of a request whose first provider misbehaves: every fault the simulator knows, at every position where it can strike. The
 * table says what callers, bills and circuits see; the test asks the whole gateway over real sockets and compares.
 */
import type { FailureClass } from "@trunkline/contracts";

export const POSITIONS = ["harmless", "before headers", "before content", "mid-stream", "at the end"] as const;

/** `first`: the failing provider serves all the same. `second`: the next one. `broken`: the stream ends with an error. `refused`: the caller's own fault. */
type Ending = "first" | "second" | "broken" | "refused";

export interface FaultRow {
  readonly order: string;
  readonly at: (typeof POSITIONS)[number];
  /** Of a plain answer and of a stream. */
  readonly ends: readonly [plain: Ending, stream: Ending];
  /** What the first attempt is put down as, of a plain answer and of a stream; null where it won. */
  readonly as: readonly [plain: FailureClass | null, stream: FailureClass | null];
  /** Whether five of them in a row open the circuit. */
  readonly opens: boolean;
  /** It shows only where the body demands JSON of a strict schema; an API that can demand none has no cell. */
  readonly demandsForm?: true;
  /** A generated text says no usage: what was delivered is estimated. */
  readonly estimated?: true;
}

/** Tokens of each ordered answer; a strike here comes after the last content. */
const WHOLE = 20;
const MIDDLE = 5;
const sized = (order: string): string => `tokens=${WHOLE},${order}`;

const harmless = (order: string): FaultRow => ({ order, at: "harmless", ends: ["first", "first"], as: [null, null], opens: false });
const upstream = (at: FaultRow["at"], order: string, as: FailureClass): FaultRow => ({ order, at, ends: ["second", "second"], as: [as, as], opens: true });

/** A plain answer that breaks anywhere is nobody's yet: the next provider makes it anew. */
function striking(name: string, as: FailureClass, midStream: FailureClass = as): readonly FaultRow[] {
  const broken = (at: FaultRow["at"], tokens: number): FaultRow => ({ order: sized(`${name}@${tokens}`), at, ends: ["second", "broken"], as: [as, midStream], opens: true });
  return [upstream("before content", sized(`${name}@0`), as), broken("mid-stream", MIDDLE), broken("at the end", WHOLE)];
}

/** A stream that begins anew is one answer; a plain one has no middle to do so. */
const restarting: readonly FaultRow[] = ([["before content", 0], ["mid-stream", MIDDLE], ["at the end", WHOLE]] as const).map(([at, tokens]) => ({ ...harmless(sized(`restart@${tokens}`)), at }));

export const FAULT_TABLE: readonly FaultRow[] = [
  harmless("chance=0,status=503"), harmless("pace=0"), harmless("split=utf8,text=d%C3%A9j%C3%A0 vu"), harmless("usage=1000,200"), harmless("seed=7"), harmless("delay=20"), harmless("ttft=20"), harmless("no_limit"), harmless("no_done"),
  { ...harmless("no_usage"), estimated: true },
  upstream("before headers", "status=503", "overloaded"),
  upstream("before headers", "chance=1,attempt=1,status=500", "server_error"),
  upstream("before headers", "status=429,retry_after=2", "rate_limited"),
  upstream("before headers", "status=429,retry_after_ms=1500", "rate_limited"),
  upstream("before headers", "status=529", "overloaded"),
  upstream("before headers", "delay=60000", "timeout"),
  upstream("before headers", "hang", "timeout"),
  upstream("before headers", "reset", "network"),
  { order: "status=401", at: "before headers", ends: ["second", "second"], as: ["credential_rejected", "credential_rejected"], opens: true },
  { order: "status=429,code=insufficient_quota", at: "before headers", ends: ["second", "second"], as: ["quota_exhausted", "quota_exhausted"], opens: true },
  { order: "status=400", at: "before headers", ends: ["refused", "refused"], as: ["caller_error", "caller_error"], opens: false },
  { order: "status=400,code=context_length_exceeded", at: "before headers", ends: ["refused", "refused"], as: ["context_overflow", "context_overflow"], opens: false },
  upstream("before content", "ttft=60000", "timeout"),
  upstream("before content", "empty", "protocol_violation"),
  upstream("before content", "overloaded_first", "server_error"),
  upstream("before content", "blank", "protocol_violation"),
  upstream("before content", "error_finish", "server_error"),
  upstream("before content", "malformed", "protocol_violation"),
  { order: "wrong_form", at: "at the end", ends: ["second", "first"], as: ["form_violation", null], opens: false, demandsForm: true },
  ...striking("cut", "network"), ...striking("stall", "timeout", "network"), ...striking("error", "server_error"), ...striking("malformed", "protocol_violation"), ...restarting,
];
