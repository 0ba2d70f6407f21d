/** How an answer can end, what is ordered for it, and what customer and cost book then hold: the settlement matrix of docs/money.md. */
import { expect } from "vitest";
import { chargeOf, costOf, soon, tokensOf, type Leaving, type Seen } from "./ask.ts";
import type { Kind, Wire } from "./lanes.ts";

export type Form = "plain" | "stream";
export interface End {
  readonly title: string;
  readonly form: Form;
  readonly order: string;
  readonly leaving?: Leaving;
  holds(seen: Seen): void | Promise<void>;
  /** Why this wire cannot end so, in words; null where it can. */
  readonly cannot?: (kind: Kind) => string | null;
}

/** The customer pays, and the cost book holds the same: nothing is absorbed. */
const paysItsCost = ({ event }: Seen): void => expect([chargeOf(event) > 0n, costOf(event)]).toEqual([true, chargeOf(event)]);

/** What the provider told, told once, is what counts. */
function asReported(seen: Seen): void {
  expect(seen.event.usage.basis).toBe("reported");
  expect(tokensOf(seen.event)).toEqual({ input: seen.served()?.promptTokens, output: seen.served()?.outputTokensGenerated });
  paysItsCost(seen);
}

function whole(seen: Seen): void {
  expect(seen.event.status).toBe("ok");
  asReported(seen);
}

function reportedZero({ event }: Seen): void {
  expect([event.status, event.usage.basis, chargeOf(event), costOf(event)]).toEqual(["ok", "reported", 0n, 0n]);
}

function estimated(seen: Seen): void {
  expect([seen.event.status, seen.event.usage.basis]).toEqual(["ok", "estimated"]);
  paysItsCost(seen);
}

/** A stream that was kept alive meanwhile has its 200 already. */
function free({ status, event }: Seen): void {
  expect([event.status, chargeOf(event), event.attempts.length]).toEqual(["failed", 0n, 1]);
  expect(event.attempts[0]?.failureClass).not.toBeNull();
  expect(status === null || status >= 500 || event.streaming).toBe(true);
}

/** The provider bills what it told, though nothing came of it. */
function absorbed(seen: Seen): void {
  free(seen);
  expect([tokensOf({ ...seen.event, usage: seen.event.attempts[0]?.usage ?? seen.event.usage }).input, costOf(seen.event) > 0n]).toEqual([seen.served()?.promptTokens, true]);
}

/** Tokens that a translation may hold back or round up at a cut. */
const ROUNDING_TOKENS = 1;

/** A cut comes where it was ordered; how much a caller has read who leaves is up to the network. */
const CUT_TOKENS_MIN = 6;
const LEFT_TOKENS_MIN = 1;

function delivered({ event, served }: Seen, tokensMin: number): void {
  const { input, output } = tokensOf(event);
  expect(input).toBeGreaterThan(0);
  expect(output).toBeGreaterThanOrEqual(tokensMin);
  expect(output).toBeLessThanOrEqual((served()?.outputTokensSent ?? 0) + ROUNDING_TOKENS);
  expect([chargeOf(event) > 0n, costOf(event) >= chargeOf(event)]).toEqual([true, true]);
}

function broken(seen: Seen): void {
  expect(seen.event.status).toBe("partial");
  delivered(seen, CUT_TOKENS_MIN);
}

function billedOn(seen: Seen): void {
  expect(seen.event.status).toBe("cancelled");
  asReported(seen);
  expect(seen.served()?.aborted).toBe(false);
}

async function stopped(seen: Seen): Promise<void> {
  expect(seen.event.status).toBe("cancelled");
  await soon(() => seen.served()?.aborted === true);
  delivered(seen, LEFT_TOKENS_MIN);
  expect(tokensOf(seen.event).output).toBeLessThan(LONG_TOKENS / 2);
}

function leftBeforeAnything({ event }: Seen): void {
  expect([event.status, chargeOf(event), costOf(event)]).toEqual(["cancelled", 0n, 0n]);
}

function madeToTheEnd(seen: Seen): void {
  expect([seen.status, seen.event.status, seen.event.httpStatus]).toEqual([null, "cancelled", 499]);
  asReported(seen);
}

function killedAtMark(seen: Seen): void {
  const { event } = seen;
  expect([event.status, event.usage.basis, tokensOf(event).input > 0]).toEqual(["partial", "estimated", true]);
  expect(tokensOf(event).output).toBeLessThanOrEqual(MARKED_TOKENS + ROUNDING_TOKENS);
  paysItsCost(seen);
}

function killedAtOpening({ event }: Seen): void {
  expect([event.status, event.usage.basis, chargeOf(event), costOf(event) > 0n]).toEqual(["partial", "estimated", 0n, true]);
}

/** What a stream has delivered when it falls silent: more than the tokens between two marks. */
const MARKED_TOKENS = 500;

/** So long that whoever leaves it leaves it in its midst. */
const LONG_TOKENS = 5_000;

const perWire = (words: Partial<Record<Wire, string>>) => ({ wire }: Kind): string | null => words[wire] ?? null;
const ENDS_AT_ONCE = "the event with the finish is the stream's last: there is no other terminator";
const noTerminator = perWire({ gemini: ENDS_AT_ONCE, cohere: ENDS_AT_ONCE, responses: ENDS_AT_ONCE, replicate: "`done` is both finish and terminator", bedrock: "after the finish comes the usage alone: without it the answer is one without usage" });
const ERROR_IS_AN_EVENT = "no stop reason says that generation broke: that is an error event, asked as error@";
const noErrorFinish = perWire({ anthropic: ERROR_IS_AN_EVENT, vertex_anthropic: ERROR_IS_AN_EVENT, bedrock_anthropic: ERROR_IS_AN_EVENT });
const both = (end: Omit<End, "form">): readonly End[] => (["plain", "stream"] as const).map((form) => ({ ...end, form }));
const failing = (form: Form, orders: readonly string[]): readonly End[] => orders.map((order) => ({ title: `before content (${order})`, form, order, holds: free }));

export const TEXT_ENDS: readonly End[] = [
  ...both({ title: "normally", order: "tokens=80", holds: whole }),
  ...both({ title: "normally, with a reported zero", order: "usage=0,0;tokens=20", holds: reportedZero }),
  ...both({ title: "normally, without usage", order: "no_usage;tokens=80", holds: estimated }),
  { title: "with a finish and no terminator", form: "stream", order: "no_done;tokens=80", holds: whole, cannot: noTerminator },
  { title: "with a finish, no terminator and no usage", form: "stream", order: "no_done;no_usage;tokens=80", holds: estimated, cannot: noTerminator },
  ...failing("plain", ["status=503", "status=429", "reset", "empty", "malformed", "overloaded_first", "cut@40;tokens=300"]),
  ...failing("stream", ["status=503", "status=429", "reset", "empty", "malformed", "overloaded_first", "cut@0", "error@0"]),
  ...both({ title: "empty, with a blank finish and usage", order: "blank", holds: absorbed }),
  ...both({ title: "empty, with a finish that says error and usage", order: "error_finish", holds: absorbed, cannot: noErrorFinish }),
  ...["cut@40", "error@40", "malformed@40", "stall@40"].map((name): End => ({ title: `because the provider broke off (${name})`, form: "stream", order: `${name};tokens=300`, holds: broken })),
  { title: "after a restart of the provider's stream", form: "stream", order: "restart@40;tokens=120", holds: whole },
  { title: "because the caller left a stream", form: "stream", order: `pace=4;tokens=${LONG_TOKENS}`, leaving: { bytes: 3_000 }, holds: stopped, cannot: ({ billsOn }) => billsOn ? "the provider bills to the end: the next row" : null },
  { title: "because the caller left, where the provider bills to the end", form: "stream", order: "pace=2;tokens=400", leaving: { bytes: 3_000 }, holds: billedOn, cannot: ({ billsOn }) => billsOn ? null : "the provider stops with its caller: the row before" },
  { title: "because the caller left before anything came", form: "stream", order: "delay=5000", leaving: { ms: 150 }, holds: leftBeforeAnything },
  { title: "because the caller left a plain answer", form: "plain", order: "delay=400;tokens=80", leaving: { ms: 100 }, holds: madeToTheEnd },
  { title: "at the gateway's death, with a mark", form: "stream", order: `stall@${MARKED_TOKENS};tokens=600`, leaving: "marked", holds: killedAtMark },
  { title: "at the gateway's death, without one", form: "stream", order: "stall@40;tokens=80", leaving: "opened", holds: killedAtOpening },
];

const TELLS_NONE = "told no usage, which the row without usage asks";
const noUsageTold = perWire({ gemini: TELLS_NONE });
const inputOnly = (seen: Seen): void => { whole(seen); expect(tokensOf(seen.event).output).toBe(0); };
const inputToTheEnd = (seen: Seen): void => { expect(seen.served()?.completed).toBe(true); expect([seen.status, seen.event.status, chargeOf(seen.event) > 0n, costOf(seen.event)]).toEqual([null, "cancelled", true, chargeOf(seen.event)]); };

/** Vectors have no stream, no finish and no output tokens: what can end otherwise is listed. */
export const EMBEDDING_ENDS: readonly End[] = [
  { title: "normally", form: "plain", order: "seed=1", holds: inputOnly, cannot: noUsageTold },
  { title: "normally, with a reported zero", form: "plain", order: "usage=0,0", holds: reportedZero },
  { title: "normally, without usage", form: "plain", order: "no_usage", holds: estimated },
  ...failing("plain", ["status=503", "status=429", "reset", "empty", "malformed", "overloaded_first", "cut@40"]),
  { title: "empty, with usage", form: "plain", order: "blank", holds: absorbed, cannot: noUsageTold },
  { title: "because the caller left", form: "plain", order: "delay=400", leaving: { ms: 100 }, holds: inputToTheEnd },
];
