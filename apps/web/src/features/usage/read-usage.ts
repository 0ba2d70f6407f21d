import type { Actor, SeriesQuery, WebDb } from "@trunkline/db/web";
import type { UsageView } from "../../server/views.ts";
import { comparisonDays, daysBefore } from "../../server/zone.ts";
import { toUsageView } from "./usage-view.ts";

/** Sums and series of a span and, where asked, of the same span some days before: cut at the same time of day, so that a day under way meets a part of a day. */
export async function readUsage(db: WebDb, actor: Actor, query: SeriesQuery & { readonly compare: boolean }): Promise<UsageView> {
  const read = async (from: Date, to: Date) => {
    const [usage, totals] = await Promise.all([db.usage.series(actor, { ...query, from, to }), db.usage.totals(actor, { ...query, from, to })]);
    return { from, to, usage, totals };
  };
  const now = await read(query.from, query.to);
  if (!query.compare) return toUsageView({ ...now, granularity: query.granularity }, null);
  const days = comparisonDays(query.from, query.to);
  const { timeZone } = now.usage;
  const before = await read(daysBefore(query.from, days, timeZone), daysBefore(query.to, days, timeZone));
  return toUsageView({ ...now, granularity: query.granularity }, before);
}
