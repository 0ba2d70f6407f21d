import { GatewayError, ZERO_USAGE, type AttemptRecord, type Failure, type FailureClass, type PresetDrill } from "@trunkline/contracts";
import type { ProviderAdapter, StreamRelay } from "@trunkline/providers";
import { CircuitBook, RetryBudget, type Candidate } from "@trunkline/router-core";
import type { Dispatcher } from "undici";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CallerLeft, type RoutedCall } from "../stages.ts";
import { createAttempt } from "./attempt.ts";

/** What one upstream does when it is asked. */
type Script = { readonly status: number; readonly chunks: readonly string[]; readonly end?: "end" | "reset" | "hang"; /** Answers only then. */ readonly afterMs?: number };

const price = { id: "prc_1", provider: "a", model: "m", effectiveFromMs: 0, effectiveToMs: null, inputNanoUsdPerMillion: 1_000_000n, cacheReadNanoUsdPerMillion: 0n, cacheWriteNanoUsdPerMillion: 0n, outputNanoUsdPerMillion: 1_000_000n, source: "test" };
const candidate = (provider: string, maxCostNanoUsd = 100n): Candidate => ({ provider, model: "x/m", upstreamModel: "m", contextTokens: 1000, maxOutputTokens: 10, price, estimatedCostNanoUsd: 1n, maxCostNanoUsd, circuit: "closed", scores: {}, lastResort: false, after: null, timeoutMs: null, overrides: null });
const failure = (name: FailureClass): Failure => ({ class: name, status: null, publicMessage: name, retryAfterMs: null });

/** Commits at the first "C", fails at the first "E"; a body or stream is whole when it ends in "F". */
class ScriptRelay implements StreamRelay {
  committed = false;
  failure: Failure | null = null;
  #text = "";
  get contentBytes(): number { return this.#text.length; }
  push(bytes: Uint8Array): Uint8Array {
    const text = Buffer.from(bytes).toString();
    this.#text += text;
    if (text.includes("E")) this.failure = failure("overloaded");
    else if (text.includes("C")) this.committed = true;
    return bytes;
  }
  end() {
    const complete = this.#text.endsWith("F");
    return { bytes: new Uint8Array(), observation: { usage: null, contentBytes: this.#text.length, finishReason: complete ? "stop" as const : null, failure: complete ? null : failure("network"), complete } };
  }
}

const adapter: ProviderAdapter = {
  dialect: "openai",
  prepare: (call, target) => {
    if (target.provider.startsWith("untranslatable")) throw new GatewayError("caller.invalid_request", "no form for this");
    return { method: "POST", url: `http://${target.provider}.test/`, headers: {}, body: call.raw, losses: target.provider.startsWith("lossy") ? ["dropped:seed"] : [] };
  },
  relayBody: (_call, bytes) => ({ bytes, observation: { usage: ZERO_USAGE, contentBytes: bytes.length, finishReason: "stop", failure: bytes.length === 0 ? failure("protocol_violation") : null, complete: true } }),
  relayStream: () => new ScriptRelay(),
  classify: (fault) => failure(fault.at === "transport" ? fault.timeout ? "timeout" : "network" : fault.status === 400 ? "caller_error" : fault.status === 401 ? "credential_rejected" : "server_error"),
};

class ScriptPool {
  constructor(readonly script: Script, readonly onAsk: () => void, readonly onClosed: () => void) {}
  dispatch(_options: unknown, handler: Dispatcher.DispatchHandler): boolean {
    this.onAsk();
    let closed = false;
    handler.onConnect?.(() => { closed = true; this.onClosed(); });
    const answer = (): void => {
      if (closed || (this.script.status === 0)) return;
      handler.onHeaders?.(this.script.status, [], () => undefined, "");
      for (const chunk of this.script.chunks) if (!closed) handler.onData?.(Buffer.from(chunk));
      if (closed || this.script.end === "hang") return;
      if (this.script.end === "reset") handler.onError?.(Object.assign(new Error("x"), { code: "ECONNRESET" }));
      else handler.onComplete?.(null);
    };
    if (this.script.afterMs === undefined) queueMicrotask(answer);
    else setTimeout(answer, this.script.afterMs);
    return true;
  }
}

function run(scripts: Readonly<Record<string, Script>>, options: { stream?: boolean; candidates?: readonly Candidate[]; strict?: boolean; affordable?: bigint; callerLeaves?: boolean; failingSince?: number; failing?: readonly string[]; tokenless?: string; retries?: RetryBudget; downgrades?: boolean; maxAttempts?: number; hedgeAfterMs?: number; drill?: Partial<PresetDrill> } = {}) {
  const asked: string[] = [];
  const closed: string[] = [];
  const covered: bigint[] = [];
  const attempts: AttemptRecord[] = [];
  let leave: () => void = () => undefined;
  const answerHeaders: string[] = [];
  const exchange = { requestId: "req_1", receivedAtMs: Date.now(), headers: {}, answerHeaders, callerGone: false, onCallerGone: (listener: () => void) => { leave = listener; } };
  const routed = {
    exchange, call: { raw: new Uint8Array(), stream: options.stream ?? false, inbound: "chat_completions" }, facts: { sessionId: null, endUser: null, inputTokens: 1_000, losses: options.strict ? "strict" : "warn", explain: false }, mode: "test", key: { organizationId: "org" }, attempts, explain: () => ({}),
    plan: { presetSlug: "mine", candidates: options.candidates ?? Object.keys(scripts).map((provider) => candidate(provider)), hedgeAfterMs: options.hedgeAfterMs ?? null, maxAttempts: options.maxAttempts ?? 3, deadlineMs: 2_000 },
    reservation: { cover: ({ chargeNanoUsd: amount }: { chargeNanoUsd: bigint }) => { if (amount > (options.affordable ?? amount)) return Promise.reject(new GatewayError("tenant.budget_exceeded", "no", options.downgrades ? { metadata: { budget: { action: "downgrade" } } } : {})); covered.push(amount); return Promise.resolve(); } },
  } as unknown as RoutedCall;
  const find = (origin: string) => {
    const provider = new URL(origin).hostname.replace(".test", "");
    if (provider.startsWith("full")) return null;
    return { waiting: 0, dispatcher: new ScriptPool(scripts[provider] ?? { status: 500, chunks: [] }, () => { asked.push(provider); if (options.callerLeaves) queueMicrotask(leave); }, () => closed.push(provider)) as unknown as Dispatcher };
  };
  const circuits = new CircuitBook({ jitter: () => 0 });
  const state = { circuits, retries: options.retries ?? new RetryBudget() };
  for (const provider of options.failing ?? ["a"]) for (let faults = 0; options.failingSince !== undefined && faults < 5; faults++) circuits.record({ provider, model: "x/m", credentialOwner: "platform" }, { ok: false, failure: failure("network") }, options.failingSince);
  const attempt = createAttempt({ states: { of: () => state }, pools: { find }, guardedPools: { find }, own: { find: () => null }, ownAuthorization: { headers: () => ({}) }, drills: { random: () => 0, drillOf: () => options.drill && { id: "drl_1", provider: "a", percent: 100, mode: "test", startsAtMs: 0, endsAtMs: Date.now() + 60_000, ...options.drill } }, adapter: () => adapter, now: Date.now, timeouts: { firstTokenMs: 60, plainMs: 60, idleMs: 60 }, credentials: { addressOf: () => "", baseUrl: () => "", headers: (provider) => options.tokenless === provider ? Promise.reject(new Error("no token")) : ({}), available: { live: new Set(), test: new Set() } } });
  return { answer: attempt(routed), asked, closed, covered, attempts, answerHeaders, stateOf: (provider: string) => circuits.state({ provider, model: "x/m", credentialOwner: "platform" }, Date.now()) };
}
const ok: Script = { status: 200, chunks: ["hello"] };
const codeOf = (answer: Promise<unknown>): Promise<string> => answer.then(() => "won", (error: unknown) => error instanceof GatewayError ? error.code : (error as Error).name);

describe("the attempt loop", () => {
  it("passes over a provider whose access token cannot be had, and lists it among the attempts", async () => {
    const { answer, asked, attempts } = run({ a: ok, b: ok }, { tokenless: "a" });
    expect((await answer).candidate.provider).toBe("b");
    expect(asked).toEqual(["b"]);
    expect(attempts.map((record) => record.failureClass)).toEqual(["network", null]);
  });
  it("asks one provider when it answers, and covers its cost before", async () => {
    const { answer, asked, covered } = run({ a: ok, b: ok });
    expect((await answer).attempt).toBe(1);
    expect([asked, covered]).toEqual([["a"], [100n]]);
  });
  it.each([["an error status", { status: 503, chunks: ["no"] }], ["a reset", { status: 200, chunks: ["par"], end: "reset" }], ["an empty 200", { status: 200, chunks: [] }], ["silence", { status: 0, chunks: [] }]] as const)("moves on after %s", async (_name, script) => {
    const { answer, asked, attempts } = run({ a: script, b: ok });
    expect((await answer).candidate.provider).toBe("b");
    expect(asked).toEqual(["a", "b"]);
    expect(attempts.map((attempt) => [attempt.provider, attempt.failureClass === null])).toEqual([["a", false], ["b", true]]);
  });
  it("moves on when a 200 stream begins with an error, and shows nothing of it", async () => {
    const { answer, closed } = run({ a: { status: 200, chunks: [": hi", "E"], end: "hang" }, b: { status: 200, chunks: ["C", "F"] } }, { stream: true });
    const won = await answer;
    const seen: string[] = [];
    if (won.answer.kind === "stream") won.answer.stream.start({ write: (bytes) => { seen.push(Buffer.from(bytes).toString()); return true; }, ended: (how) => seen.push(how) });
    expect([won.candidate.provider, seen, closed]).toEqual(["b", ["C", "F", "complete"], ["a"]]);
  });
  it("never asks another after content was committed", async () => {
    const { answer, asked } = run({ a: { status: 200, chunks: ["C"], end: "reset" }, b: ok }, { stream: true });
    const won = await answer;
    const endings: string[] = [];
    if (won.answer.kind === "stream") won.answer.stream.start({ write: () => true, ended: (how, { observation }) => endings.push(`${how} ${observation.complete}`) });
    expect([asked, endings]).toEqual([["a"], ["upstream_lost false"]]);
  });
  it("stops when the retry budget of the process is spent, so that an incident is not multiplied", async () => {
    const retries = new RetryBudget();
    while (retries.withdraw());
    const { answer, asked } = run({ a: { status: 500, chunks: [] }, b: ok }, { retries });
    expect([await codeOf(answer), asked]).toEqual(["upstream.failed", ["a"]]);
  });
  it("asks the one that is left although its circuit opened after the plan was made", async () => {
    const { answer, asked } = run({ a: ok }, { failingSince: Date.now() });
    expect([(await answer).candidate.provider, asked]).toEqual(["a", ["a"]]);
  });
  it("asks one that was set aside for its open circuit when everybody else has failed", async () => {
    const { answer, asked } = run({ a: { status: 500, chunks: [] }, b: ok }, { failingSince: Date.now(), failing: ["b"], candidates: [candidate("a"), { ...candidate("b"), circuit: "open", lastResort: true }] });
    expect([(await answer).candidate.provider, asked]).toEqual(["b", ["a", "b"]]);
  });
  it("ends at the caller's own fault", async () => {
    const { answer, asked } = run({ a: { status: 400, chunks: ["bad"] }, b: ok });
    expect([await codeOf(answer), asked]).toEqual(["caller.invalid_request", ["a"]]);
  });
  it("makes at most the planned number of attempts, and says how many they were", async () => {
    const bad: Script = { status: 500, chunks: [] };
    const { answer, asked, answerHeaders } = run({ a: bad, b: bad, c: bad, d: ok });
    expect([await codeOf(answer), asked, answerHeaders]).toEqual(["upstream.failed", ["a", "b", "c"], ["x-trunkline-attempts", "3"]]);
  });
  it("asks nobody when the first candidate is not covered, and passes over a dearer fallback that is not", async () => {
    const refused = run({ a: ok }, { affordable: 50n });
    expect([await codeOf(refused.answer), refused.asked]).toEqual(["tenant.budget_exceeded", []]);
    const passed = run({ a: { status: 500, chunks: [] }, b: ok, c: ok }, { affordable: 150n, candidates: [candidate("a"), candidate("b", 200n), candidate("c", 120n)] });
    expect((await passed.answer).candidate.provider).toBe("c");
  });
  it("leaves the trial of a half-open circuit to the next request when the candidate was passed over", async () => {
    const refused = run({ a: ok }, { affordable: 50n, failingSince: Date.now() - 6_000 });
    expect([await codeOf(refused.answer), refused.stateOf("a")]).toEqual(["tenant.budget_exceeded", "half_open"]);
  });
  it("calls no candidate that would lose a parameter under losses: strict", async () => {
    const { answer, asked } = run({ lossy: ok, b: ok }, { strict: true });
    expect([(await answer).candidate.provider, asked]).toEqual(["b", ["b"]]);
  });
  it("closes the upstream when the caller leaves, and asks no other", async () => {
    const { answer, asked, closed } = run({ a: { status: 0, chunks: [] }, b: ok }, { callerLeaves: true });
    await expect(answer).rejects.toBeInstanceOf(CallerLeft);
    expect([asked, closed]).toEqual([["a"], ["a"]]);
  });
  it("asks the next provider where the queue of the first is full, or its wire cannot carry the request", async () => {
    for (const first of ["full", "untranslatable"]) {
      const { answer, asked } = run({ [first]: ok, b: ok });
      expect([(await answer).candidate.provider, asked]).toEqual(["b", ["b"]]);
    }
    expect(await codeOf(run({ full: ok }).answer)).toBe("gateway.overloaded");
    expect(await codeOf(run({ untranslatable: ok }).answer)).toBe("caller.invalid_request");
  });
  it("asks one whose circuit opened after the plan was made before it gives up", async () => {
    const { answer, asked } = run({ a: ok, b: { status: 500, chunks: [] } }, { failingSince: Date.now() });
    expect([(await answer).candidate.provider, asked]).toEqual(["a", ["b", "a"]]);
  });
  it("refuses no request that one of its candidates could serve, whatever the others do, however ill they are said to be, with a budget that refuses or downgrades, and raced or not", async () => {
    const fate = fc.constantFrom("serves", "refuses", "resets", "empty", "dies", "full", "untranslatable", "lossy", "dear", "late");
    const scripts: Readonly<Record<string, Script>> = { refuses: { status: 503, chunks: [] }, resets: { status: 200, chunks: ["par"], end: "reset" }, empty: { status: 200, chunks: [] }, dies: { status: 429, chunks: [] }, late: { status: 200, chunks: ["hello"], afterMs: 2 } };
    await fc.assert(fc.asyncProperty(fc.array(fc.record({ fate, ill: fc.boolean() }), { minLength: 1, maxLength: 6 }), fc.boolean(), fc.boolean(), async (drawn, downgrades, isRaced) => {
      const named = drawn.map((one, index) => ({ ...one, name: `${one.fate}-${index}` }));
      const { answer, asked } = run(Object.fromEntries(named.map(({ name, fate: what }) => [name, scripts[what] ?? ok])), {
        strict: true, maxAttempts: named.length, affordable: 300n, downgrades, ...(isRaced ? { hedgeAfterMs: 1 } : {}), candidates: named.map(({ name, fate: what }, index) => candidate(name, what === "dear" && (index > 0 || downgrades) ? 400n : 100n)),
        failingSince: Date.now(), failing: named.filter(({ ill }) => ill).map(({ name }) => name),
      });
      const able = named.filter(({ fate: what }, index) => what === "serves" || what === "late" || (what === "dear" && index === 0 && !downgrades)).map(({ name }) => name);
      const served = await answer.then((won) => won.candidate.provider, () => null);
      if (able.length > 0) expect(able).toContain(served);
      else expect(served).toBeNull();
      expect(new Set(asked).size).toBe(asked.length);
    }), { numRuns: 150 });
  });
});

describe("a hedged request", () => {
  const silent: Script = { status: 0, chunks: [] };
  const long = { hedgeAfterMs: 5_000 };
  const short = { hedgeAfterMs: 5 };
  it("asks nobody else when the first answers in time", async () => {
    const { answer, asked, covered } = run({ a: ok, b: ok }, long);
    expect([(await answer).candidate.provider, asked, covered]).toEqual(["a", ["a"], [100n]]);
  });
  it("is served by whoever answers first, with both covered; the loser is closed and put down with the prompt it read", async () => {
    const { answer, asked, closed, covered, attempts, stateOf } = run({ a: silent, b: ok }, short);
    const won = await answer;
    expect([won.candidate.provider, won.attempt, asked, closed, covered]).toEqual(["b", 2, ["a", "b"], ["a"], [100n, 200n]]);
    expect(attempts.map(({ attempt, provider, failureClass, usage }) => [attempt, provider, failureClass, usage.inputTokens])).toEqual([[1, "a", "cancelled", 1_000], [2, "b", null, 0]]);
    expect([attempts[0]?.costNanoUsd, stateOf("a")]).toEqual(["1000", "closed"]);
  });
  it("streams from whoever begins first", async () => {
    const { answer, closed } = run({ a: silent, b: { status: 200, chunks: ["C", "F"] } }, { ...short, stream: true });
    expect([(await answer).candidate.provider, closed]).toEqual(["b", ["a"]]);
  });
  it("waits for the other where one fails, and goes on to the next where both do", async () => {
    const bad: Script = { status: 500, chunks: [] };
    const one = run({ a: silent, b: bad, c: ok }, short);
    expect([(await one.answer).candidate.provider, one.asked]).toEqual(["c", ["a", "b", "c"]]);
    expect(one.attempts.map((record) => record.failureClass)).toEqual(["timeout", "server_error", null]);
  });
  it("is not made twice where the budget covers only one, or the retry budget is spent", async () => {
    const poor = run({ a: silent, b: ok }, { ...short, affordable: 150n });
    expect([(await poor.answer).candidate.provider, poor.attempts[0]?.failureClass]).toEqual(["b", "timeout"]);
    const retries = new RetryBudget();
    while (retries.withdraw());
    const { answer, asked } = run({ a: silent, b: ok }, { ...short, retries });
    expect([await codeOf(answer), asked]).toEqual(["upstream.deadline_exceeded", ["a"]]);
  });
  it("closes both when the caller leaves", async () => {
    const { answer, closed } = run({ a: silent, b: silent }, { ...short, callerLeaves: true, stream: true });
    await expect(answer).rejects.toBeInstanceOf(CallerLeft);
    expect(closed).toContain("a");
  });
});

describe("a failover drill", () => {
  const whole: Script = { status: 200, chunks: ["CF"] };

  it("takes the provider for failed before anything is sent; circuits, retries and bills hear nothing of it", async () => {
    const retries = new RetryBudget();
    let withdrawn = 0;
    const { answer, asked, attempts, stateOf } = run({ a: whole, b: whole }, { drill: {}, retries: { deposit: () => retries.deposit(), withdraw: () => { withdrawn += 1; return retries.withdraw(); } } as RetryBudget });
    expect((await answer).candidate.provider).toBe("b");
    expect([asked, withdrawn, stateOf("a")]).toEqual([["b"], 0, "closed"]);
    expect(attempts.map(({ provider, failureClass, costNanoUsd, drill }) => [provider, failureClass, costNanoUsd, drill])).toEqual([["a", "server_error", "0", "failed"], ["b", null, "0", undefined]]);
  });

  it.each([["nobody else is there", { a: whole }], ["everybody else fails", { a: whole, b: { status: 500, chunks: [] } }]])("refuses nobody where %s: the provider is asked after all, and marked", async (_when, scripts) => {
    const { answer, attempts } = run(scripts, { drill: {} });
    expect((await answer).candidate.provider).toBe("a");
    expect(attempts.at(-1)).toMatchObject({ provider: "a", failureClass: null, drill: "spared" });
  });

  it.each([["attempts", { maxAttempts: 2 }], ["retries", { retries: { deposit: () => undefined, withdraw: () => false } as unknown as RetryBudget }]])("refuses nobody where the others have used up the %s", async (_what, options) => {
    const { answer, attempts } = run({ a: whole, b: { status: 500, chunks: [] }, c: { status: 500, chunks: [] }, d: whole }, { drill: {}, ...options });
    expect((await answer).candidate.provider).toBe("a");
    expect(attempts.at(-1)).toMatchObject({ provider: "a", drill: "spared" });
  });

  it("uses up none of the plan's attempts", async () => {
    const { answer } = run({ a: whole, b: { status: 500, chunks: [] }, c: whole }, { drill: {}, maxAttempts: 2 });
    expect((await answer).candidate.provider).toBe("c");
  });

  it("says that the budget does not cover the request where that is what refuses it", async () => {
    await expect(run({ a: whole, b: whole }, { drill: {}, affordable: 1n }).answer).rejects.toMatchObject({ status: 402 });
  });

  it.each([["has not begun", { startsAtMs: Date.now() + 60_000 }], ["is past its own end", { endsAtMs: Date.now() - 1 }], ["is of the other book", { mode: "live" as const }], ["drew others", { percent: 0 }]])("leaves a request alone while it %s", async (_when, drill) => {
    const { answer, attempts } = run({ a: whole, b: whole }, { drill });
    expect((await answer).candidate.provider).toBe("a");
    expect(attempts).toEqual([expect.not.objectContaining({ drill: expect.anything() })]);
  });

  it("leaves no request unserved that one candidate can serve, whoever is drilled", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), fc.nat(4), async (works, drilled) => {
      fc.pre(works.some(Boolean) && drilled < works.length);
      const scripts = Object.fromEntries(works.map((fine, at) => [`p${at}`, fine ? whole : { status: 500, chunks: [] }]));
      const { answer } = run(scripts, { drill: { provider: `p${drilled}` }, maxAttempts: 5, retries: { deposit: () => undefined, withdraw: () => true } as unknown as RetryBudget });
      expect(works[Number((await answer).candidate.provider.slice(1))]).toBe(true);
    }));
  });
});
