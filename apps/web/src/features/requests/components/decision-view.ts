import { z } from "zod";
import type { AttemptView } from "../../../server/views.ts";

/** The stored decision is what the router explained then; an older one may lack fields, and then less is shown. */
const decisionSchema = z.object({
  preset: z.string().nullish(), preset_version: z.number().nullish(), rule: z.string().nullish(), strategy: z.string().nullish(), summary: z.string().nullish(),
  candidates: z.array(z.object({ provider: z.string(), model: z.string() })).default([]),
  rejected: z.array(z.object({ provider: z.string().default(""), model: z.string(), filter: z.string().default(""), reason: z.string().default("") })).default([]),
});

interface Kept { readonly provider: string; readonly model: string; readonly outcome: string; readonly tone: "ok" | "err" | "muted" }
export interface DecisionView { readonly source: string; readonly summary: string | null; readonly kept: readonly Kept[]; readonly dropped: readonly { readonly provider: string; readonly model: string; readonly reason: string }[] }

function outcomeOf(tried: readonly AttemptView[]): Pick<Kept, "outcome" | "tone"> {
  const last = tried.at(-1);
  if (!last) return { outcome: "Kept, not needed", tone: "muted" };
  if (last.failureClass === null) return { outcome: "Served", tone: "ok" };
  return { outcome: `${last.status ?? last.failureClass.replaceAll("_", " ")} after ${last.durationMs} ms`, tone: "err" };
}

/** null where no decision was stored or it cannot be read. */
export function toDecisionView(decision: unknown, attempts: readonly AttemptView[]): DecisionView | null {
  const read = decisionSchema.safeParse(decision);
  if (!read.success) return null;
  const { preset, preset_version: version, rule, strategy, summary, candidates, rejected } = read.data;
  const source = [preset ? `@preset/${preset}` : null, version ? `v${version}` : null, rule ? `rule ${rule}` : null, strategy && strategy !== "none" ? strategy : null].filter((part) => part !== null).join(", ");
  return {
    source, summary: summary ?? null,
    kept: candidates.map((one) => ({ ...one, ...outcomeOf(attempts.filter((attempt) => attempt.provider === one.provider && attempt.model === one.model)) })),
    dropped: rejected.map(({ provider, model, reason, filter }) => ({ provider, model, reason: reason || filter })),
  };
}
