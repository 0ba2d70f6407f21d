import { z } from "zod";
import { memberProcedure } from "../../../server/trpc.ts";
import type { MarkView } from "../../../server/views.ts";

/** More lines than these hide the chart. */
const MARKS_MAX = 24;
/** A price that holds from the beginning of the catalogue is no change. */
const VERSIONS_MIN = 2;
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** What happened in a span that a curve may follow: presets that were published, and new prices of models that the project called in it. Newest first. */
export const marks = memberProcedure.input(z.object({ mode: z.enum(["live", "test"]), from: instant, to: instant })).query(async ({ ctx: { db, actor, project }, input: { mode, from, to } }): Promise<MarkView[]> => {
  const [presets, catalog, called] = await Promise.all([db.presets.list(actor), db.catalog.load(), db.usage.groups(actor, { projectId: project.id, mode, from, to }, "model")]);
  const within = (atMs: number): boolean => atMs >= from.getTime() && atMs < to.getTime();
  const published = presets.flatMap(({ slug, versions }) => versions.map((one): MarkView => ({ at: one.createdAt.toISOString(), kind: "publish", text: `${slug} v${one.version} published`, path: `/presets/${slug}/v/${one.version}` })));
  const models = new Set(called.map((group) => group.key));
  const prices = [...catalog.prices.values()].flatMap((versions) => (versions.length < VERSIONS_MIN ? [] : versions.slice(1).flatMap(({ provider, model, effectiveFromMs }): MarkView[] => (models.has(model) ? [{ at: new Date(effectiveFromMs).toISOString(), kind: "price", text: `New price of ${model} at ${provider}`, path: `/models/${model}` }] : []))));
  return [...published, ...prices].filter((one) => within(Date.parse(one.at))).sort((a, b) => b.at.localeCompare(a.at)).slice(0, MARKS_MAX);
});
