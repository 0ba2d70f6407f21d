/**
 * The assumptions of the simulated market, each in one place: who asks for what, how well a tier does it, how fast a provider answers,
 * and what goes wrong when. Everything is drawn from hashes of names, so that every preset meets the same day and any seed reproduces.
 */
import type { Tier } from "@trunkline/contracts";
import { uniformOf } from "@trunkline/router-core";

export const DAY_MS = 86_400_000;
export const REQUESTS = 20_000;

/** Share of the traffic, tokens (median) and the probability that a model of the tier does the task. */
interface TaskKind { readonly share: number; readonly input: number; readonly output: number; readonly success: Readonly<Record<Tier, number>> }
const easy = (fast: number) => ({ frontier: 0.985, mid: 0.983, fast, specialised: fast });
const hard = (frontier: number, mid: number, fast: number) => ({ frontier, mid, fast, specialised: mid });
export const TASKS: Readonly<Record<string, TaskKind>> = {
  chat: { share: 0.16, input: 300, output: 120, success: easy(0.98) }, qa: { share: 0.14, input: 400, output: 250, success: easy(0.97) },
  extraction: { share: 0.1, input: 2_500, output: 200, success: easy(0.978) }, classification: { share: 0.12, input: 600, output: 10, success: easy(0.979) },
  summarization: { share: 0.1, input: 5_000, output: 300, success: easy(0.978) }, translation: { share: 0.06, input: 700, output: 700, success: easy(0.977) },
  rewriting: { share: 0.06, input: 600, output: 500, success: easy(0.979) }, creative: { share: 0.04, input: 200, output: 900, success: easy(0.965) },
  code: { share: 0.1, input: 4_000, output: 800, success: hard(0.93, 0.91, 0.74) }, math: { share: 0.03, input: 250, output: 900, success: hard(0.92, 0.85, 0.7) },
  reasoning: { share: 0.04, input: 900, output: 900, success: hard(0.92, 0.86, 0.72) }, agent: { share: 0.05, input: 8_000, output: 300, success: hard(0.93, 0.89, 0.75) },
};

/** Medians by tier at an ordinary provider; the factor makes a provider's serving faster or slower. */
const SPEED: Readonly<Record<Tier, { readonly ttftMs: number; readonly tokensPerSecond: number }>> = {
  frontier: { ttftMs: 1_100, tokensPerSecond: 60 }, mid: { ttftMs: 700, tokensPerSecond: 80 }, fast: { ttftMs: 400, tokensPerSecond: 130 }, specialised: { ttftMs: 600, tokensPerSecond: 100 },
};
const PROVIDER_FACTOR: Readonly<Record<string, number>> = { groq: 0.35, gemini: 0.9, xai: 1.1, mistral: 0.8, deepseek: 1.8, together: 0.9, fireworks: 0.75 };
const SIGMA = 0.45;
/** One answer in a hundred takes five times as long. */
const TAIL_SHARE = 0.01;
const TAIL_FACTOR = 5;

export const FAULTS = ["down", "hanging", "slow", "rate_limited", "cut", "garbage"] as const;
export type Fault = (typeof FAULTS)[number];
/** The three that take turns in failing. */
export const MAJOR = ["openai", "anthropic", "gemini"] as const;
const SPELL_MIN_MS = 600_000;
const SPELL_MAX_MS = 3_600_000;
/** What fails at a healthy provider. */
const BACKGROUND_FAULT_SHARE = 0.003;
const SLOW_FACTOR = 8;

export interface Spell { readonly provider: string; readonly fault: Fault; readonly fromMs: number; readonly toMs: number }

/** One of the three is bad at every moment of the day, in spells of ten minutes to an hour, never the same twice in a row. */
export function outages(seed: string): readonly Spell[] {
  const spells: Spell[] = [];
  let fromMs = 0;
  for (let index = 0; fromMs < DAY_MS; index++) {
    const draw = (what: string): number => uniformOf(`${index}`, `${seed}/${what}`);
    const others = MAJOR.filter((provider) => provider !== spells.at(-1)?.provider);
    const toMs = Math.min(DAY_MS, fromMs + SPELL_MIN_MS + draw("length") * (SPELL_MAX_MS - SPELL_MIN_MS));
    spells.push({ provider: others[Math.floor(draw("provider") * others.length)] ?? MAJOR[0], fault: FAULTS[Math.floor(draw("fault") * FAULTS.length)] ?? "down", fromMs, toMs });
    fromMs = toMs;
  }
  return spells;
}

export interface Request { readonly id: number; readonly atMs: number; readonly task: string; readonly prompt: string; readonly inputTokens: number; readonly outputTokens: number }

/** A standard normal from two uniform numbers (Box and Muller). */
const normal = (first: number, second: number): number => Math.sqrt(-2 * Math.log(1 - first)) * Math.cos(2 * Math.PI * second);

/** Arrivals follow the day: half as many at night as at noon. */
export function requests(seed: string, prompts: ReadonlyMap<string, readonly string[]>): readonly Request[] {
  const made: Request[] = [];
  for (let id = 0; id < REQUESTS; id++) {
    const draw = (what: string): number => uniformOf(`${id}`, `${seed}/${what}`);
    const uniform = draw("at");
    const atMs = (uniform - Math.sin(4 * Math.PI * uniform) / (12 * Math.PI)) * DAY_MS;
    const task = pickTask(draw("task"));
    const kind = TASKS[task];
    const texts = prompts.get(task) ?? [""];
    const size = (what: string, median: number): number => Math.max(1, Math.round(median * Math.exp(0.7 * normal(draw(`${what}a`), draw(`${what}b`)))));
    made.push({ id, atMs, task, prompt: texts[Math.floor(draw("prompt") * texts.length)] ?? "", inputTokens: size("in", kind?.input ?? 1), outputTokens: size("out", kind?.output ?? 1) });
  }
  return made.sort((left, right) => left.atMs - right.atMs);
}

function pickTask(uniform: number): string {
  let left = uniform;
  for (const [task, { share }] of Object.entries(TASKS)) if ((left -= share) < 0) return task;
  return "chat";
}

/** What a provider does with one request; how the gateway takes it is the attempt loop's part. Times count from the request's arrival there. */
export type Behaviour =
  | { readonly does: "answer"; readonly ttftMs: number; readonly durationMs: number; readonly cutAtMs: number | null }
  /** `limit`: 429 with a word of when to come back; `break`: the stream ends before any content; `garbage`: events that are no JSON. */
  | { readonly does: "refuse" | "fail" | "limit" | "garbage" | "break"; readonly afterMs: number }
  | { readonly does: "hang" };

export interface Place { readonly provider: string; readonly model: string; readonly tier: Tier }

const ANSWERED_AFTER_MS = 120;
const REFUSED_AFTER_MS = 5;
/** What a rate-limited provider asks for. */
export const RETRY_AFTER_SECONDS = 2;

export function behaviourAt({ seed, place, request, atMs, spells }: { readonly seed: string; readonly place: Place; readonly request: Request; readonly atMs: number; readonly spells: readonly Spell[] }): Behaviour {
  const draw = (what: string): number => uniformOf(`${request.id} ${place.provider} ${place.model}`, `${seed}/${what}`);
  const fault = spells.find(({ provider, fromMs, toMs }) => provider === place.provider && atMs >= fromMs && atMs < toMs)?.fault ?? null;
  const { ttftMs: median, tokensPerSecond } = SPEED[place.tier];
  const factor = PROVIDER_FACTOR[place.provider] ?? 1;
  const tail = draw("tail") < TAIL_SHARE ? TAIL_FACTOR : 1;
  const ttftMs = median * factor * tail * Math.exp(SIGMA * normal(draw("ta"), draw("tb"))) * (fault === "slow" ? SLOW_FACTOR : 1);
  if (fault === "down") return draw("refused") < 0.5 ? { does: "refuse", afterMs: REFUSED_AFTER_MS } : { does: "fail", afterMs: ANSWERED_AFTER_MS };
  if (fault === "hanging") return { does: "hang" };
  if (fault === "rate_limited" && draw("limited") < 0.9) return { does: "limit", afterMs: ANSWERED_AFTER_MS };
  if (fault === "garbage" && draw("garbage") < 0.8) return { does: "garbage", afterMs: ttftMs };
  if (fault === "cut" && draw("cut") < 0.6) return { does: "break", afterMs: ttftMs };
  if (fault === null && draw("background") < BACKGROUND_FAULT_SHARE) return { does: "fail", afterMs: ANSWERED_AFTER_MS };
  const writingMs = request.outputTokens / tokensPerSecond * factor * 1_000;
  return { does: "answer", ttftMs, durationMs: ttftMs + writingMs, cutAtMs: fault === "cut" && draw("late cut") < 0.1 ? ttftMs + writingMs / 2 : null };
}
