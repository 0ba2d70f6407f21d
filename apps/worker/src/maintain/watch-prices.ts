/**
 * Keeps what changes of prices mean for every preset that routes live requests: at each look, the prices that came into force in the last week
 * against those before. What it means, `watchPrices` of router-core decides; this reads, writes and says. A preset that cannot be looked
 * at keeps none of the others back, and what was found already is not told again.
 */
import type { PresetDocument } from "@trunkline/contracts";
import type { PresetInUse, PriceQueries } from "@trunkline/db/worker";
import { BUILT_IN_PRESETS, changedPrices, watchPrices, type PriceChangeSeen } from "@trunkline/router-core";
import type { Log } from "../stages.ts";

const DAY_MS = 86_400_000;
/** What came into force longer ago was found by an earlier look. */
const CHANGED_MS = 7 * DAY_MS;
/** The traffic that a month is estimated from, */
const TRAFFIC_MS = 28 * DAY_MS;
/** and as many of its newest requests as are planned again: some tens of milliseconds for each document that is tried. */
const ROWS_MAX = 2_000;
/** A saving of a month is not estimated from less than a day. */
const SPAN_MS_MIN = DAY_MS;

export interface PriceWatchPorts {
  readonly db: Pick<PriceQueries, "loadCatalog" | "listPresetsInUse" | "loadRoutedRequests" | "recordPriceNotice">;
  readonly now: () => number;
  readonly log: Log;
}

/** Presets of which this process remembers the last look. */
const LOOKED_MAX = 10_000;

/** Rejects where Postgres is away. */
export function createPriceWatch(ports: PriceWatchPorts): () => Promise<void> {
  /** Planning thousands of requests again is only worth it when a price or the preset is another. */
  const looked = new Map<string, string>();
  return async () => {
    const nowMs = ports.now();
    const catalog = await ports.db.loadCatalog();
    const changes = changedPrices(catalog, nowMs - CHANGED_MS, nowMs);
    if (changes.length === 0) return;
    for (const preset of await ports.db.listPresetsInUse(nowMs - TRAFFIC_MS)) {
      const found = preset.published ?? builtIn(preset.slug);
      const [name, state] = [`${preset.organizationId} ${preset.slug}`, `${found?.version ?? ""} ${changes.map(({ after }) => after.id).join(" ")}`];
      if (!found || looked.get(name) === state) continue;
      try {
        await look(ports, { preset, found, changes, catalog, nowMs });
        if (looked.size >= LOOKED_MAX) looked.clear();
        looked.set(name, state);
      } catch (error) {
        ports.log.warn({ organizationId: preset.organizationId, err: error }, "a preset could not be looked at under the new prices; tried again with the next look");
      }
    }
  };
}

interface Found { readonly version: number; readonly document: PresetDocument }
const builtIn = (slug: string): Found | null => { const preset = BUILT_IN_PRESETS.get(slug); return preset ? { version: 0, document: preset.document } : null; };

/** Known: of the same version of the preset, and made of nothing but prices that were told already; those that have left the week since are no news. */
function isKnown(fingerprint: string, stored: string | null): boolean {
  const [version, ...prices] = fingerprint.split(" ");
  const [storedVersion, ...told] = (stored ?? "").split(" ");
  return version === storedVersion && prices.every((price) => told.includes(price));
}

interface Look { readonly preset: PresetInUse; readonly found: Found; readonly changes: readonly PriceChangeSeen[]; readonly catalog: Awaited<ReturnType<PriceQueries["loadCatalog"]>>; readonly nowMs: number }

async function look({ db, log }: PriceWatchPorts, { preset, found, changes, catalog, nowMs }: Look): Promise<void> {
  const { organizationId, slug } = preset;
  const rows = await db.loadRoutedRequests(organizationId, slug, { fromMs: nowMs - TRAFFIC_MS, limit: ROWS_MAX });
  const oldestMs = rows.at(-1)?.createdAt.getTime() ?? nowMs;
  const spanMs = rows.length < ROWS_MAX ? TRAFFIC_MS : Math.max(SPAN_MS_MIN, nowMs - oldestMs);
  const notice = watchPrices({ slug, document: found.document, rows, spanMs, catalog, changes, sinceMs: nowMs - CHANGED_MS, nowMs });
  if (!notice) return;
  const fingerprint = `${found.version} ${notice.fingerprint}`;
  if (isKnown(fingerprint, preset.fingerprint)) return;
  const { models, requests, changedShare, followedNanoUsd, proposal } = notice;
  await db.recordPriceNotice({
    organizationId, presetSlug: slug, presetVersion: found.version, fingerprint, models, requests, changedShare, followedNanoUsd,
    savedNanoUsd: proposal?.savedNanoUsd ?? null, proposal: proposal?.document ?? null, moved: proposal?.moved ?? [],
  }, nowMs);
  log.info({ organizationId, count: requests }, `new prices of ${models.join(", ")} concern the preset ${slug}`);
}
