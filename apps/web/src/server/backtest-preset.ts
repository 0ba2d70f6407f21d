/** Loads what a backtest compares: the requests a preset routed of late, its published version and the document to try. */
import { presetDocumentSchema, type PresetDocument } from "@trunkline/contracts";
import { NotFoundError, UnprocessableError, type Actor, type PresetRecord, type WebDb } from "@trunkline/db/web";
import { backtest } from "@trunkline/router-core";
import { z } from "zod";
import { userPlansFor } from "./end-user-plan.ts";
import { builtInPresets } from "./routing.ts";

const DAY_MS = 86_400_000;
/** Planned in well under a second; the newest say most. */
const ROWS_MAX = 5_000;

/** `document`: what to try; the saved draft when absent. */
export const backtestInput = z.strictObject({ document: presetDocumentSchema.optional(), days: z.int().min(1).max(30).default(7) });

export async function backtestPreset({ db, actor, nowMs }: { readonly db: WebDb; readonly actor: Actor; readonly nowMs: number }, slug: string, { document, days }: { readonly document?: PresetDocument | undefined; readonly days: number }) {
  const stored = await findStored(db, actor, slug);
  const published = stored?.versions.find((version) => version.version === stored.publishedVersion)?.document ?? builtInPresets().find((preset) => preset.slug === slug)?.document ?? null;
  if (!stored && !published) throw new NotFoundError("preset");
  const draft = document ?? stored?.draft ?? null;
  if (!draft) throw new UnprocessableError("There is no draft to test. Send a `document`, or save a draft first.");
  const mode = await db.requests.defaultMode(actor);
  const rows = await db.requests.routedBy(actor, { slug, mode, from: new Date(nowMs - days * DAY_MS), limit: ROWS_MAX });
  const userPlans = await userPlansFor({ db, actor }, [draft, published], rows.map(({ endUser }) => endUser));
  return { slug, days, mode, ...backtest({ rows, slug, draft, published, userPlans, catalog: await db.catalog.load(), nowMs }) };
}

const findStored = (db: WebDb, actor: Actor, slug: string): Promise<PresetRecord | null> =>
  db.presets.find(actor, slug).catch((error: unknown) => { if (error instanceof NotFoundError) return null; throw error; });
