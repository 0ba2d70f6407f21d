// What the watch over prices reads and keeps: the catalogue, the presets that routed live requests of late, those requests' metadata, and what was found.
import type { CatalogSnapshot, PresetDocument } from "@trunkline/contracts";
import type pg from "pg";
import { catalogSnapshot, LOAD_CATALOG } from "../gateway/catalog.ts";

/** `published` null: the organization has none of this slug, so a built-in one routed. */
export interface PresetInUse { readonly organizationId: string; readonly slug: string; readonly published: { readonly version: number; readonly document: PresetDocument } | null; /** Of the notice kept of it; null without one. */ readonly fingerprint: string | null }
export interface RoutedRequest {
  readonly id: string; readonly createdAt: Date; readonly apiKeyId: string; readonly projectId: string; readonly provider: string; readonly model: string; readonly durationMs: number; readonly timeToFirstTokenMs: number | null;
  readonly endUser: string | null; readonly sessionId: string | null; readonly decision: unknown; readonly metadata: Readonly<Record<string, string>>;
  readonly inputTokens: bigint; readonly cacheReadTokens: bigint; readonly cacheWriteTokens: bigint; readonly outputTokens: bigint; readonly reasoningTokens: bigint;
}
export interface FoundNotice {
  readonly organizationId: string; readonly presetSlug: string; readonly presetVersion: number; readonly fingerprint: string; readonly models: readonly string[]; readonly requests: number; readonly changedShare: number;
  readonly followedNanoUsd: bigint; readonly savedNanoUsd: bigint | null; readonly proposal: PresetDocument | null; readonly moved: readonly { readonly rule: string; readonly model: string }[];
}
export interface OpenNotice { readonly presetSlug: string; readonly fingerprint: string; readonly models: readonly string[]; readonly changedShare: number; readonly followedNanoUsd: bigint; readonly savedNanoUsd: bigint | null }

export interface PriceQueries {
  loadCatalog(): Promise<CatalogSnapshot>;
  listPresetsInUse(fromMs: number): Promise<readonly PresetInUse[]>;
  /** Newest first. */
  loadRoutedRequests(organizationId: string, slug: string, window: { readonly fromMs: number; readonly limit: number }): Promise<readonly RoutedRequest[]>;
  /** In the place of what was found of that preset before. */
  recordPriceNotice(notice: FoundNotice, nowMs: number): Promise<void>;
  listOpenPriceNotices(organizationId: string): Promise<readonly OpenNotice[]>;
}

type Counted = Record<"inputTokens" | "cacheReadTokens" | "cacheWriteTokens" | "outputTokens" | "reasoningTokens", string>;
const iso = (ms: number): string => new Date(ms).toISOString();
const jsonOrNull = (value: unknown): string | null => value === null ? null : JSON.stringify(value);

export function createPriceQueries(pool: pg.Pool): PriceQueries {
  return {
    async loadCatalog() {
      const { rows: [row] } = await pool.query<Parameters<typeof catalogSnapshot>[0] & pg.QueryResultRow>(LOAD_CATALOG.text);
      return catalogSnapshot(row ?? { models: [], endpoints: [], prices: [] });
    },
    async listPresetsInUse(fromMs) {
      const { rows } = await pool.query<{ organizationId: string; slug: string; version: number | null; document: PresetDocument | null; fingerprint: string | null }>(
        `SELECT u."organizationId", u."presetSlug" AS slug, v.version, v.document, n.fingerprint
         FROM (SELECT DISTINCT "organizationId", "presetSlug" FROM usage_rollup_hour WHERE mode = 'live' AND bucket >= $1::timestamptz AND "presetSlug" <> '') u
         LEFT JOIN preset p ON p."organizationId" = u."organizationId" AND p.slug = u."presetSlug" AND p."publishedVersion" IS NOT NULL
         LEFT JOIN preset_version v ON v."presetId" = p.id AND v.version = p."publishedVersion"
         LEFT JOIN price_notice n ON n."organizationId" = u."organizationId" AND n."presetSlug" = u."presetSlug" ORDER BY 1, 2`, [iso(fromMs)]);
      return rows.map(({ organizationId, slug, version, document, fingerprint }) => ({ organizationId, slug, fingerprint, published: version === null || document === null ? null : { version, document } }));
    },
    async loadRoutedRequests(organizationId, slug, { fromMs, limit }) {
      const { rows } = await pool.query<Omit<RoutedRequest, keyof Counted> & Counted>(
        `SELECT id, "createdAt", "apiKeyId", "projectId", provider, model, "durationMs", "timeToFirstTokenMs", "endUser", "sessionId", decision, metadata,
           "inputTokens"::text, "cacheReadTokens"::text, "cacheWriteTokens"::text, "outputTokens"::text, "reasoningTokens"::text
         FROM generation WHERE "organizationId" = $1 AND mode = 'live' AND "presetSlug" = $2 AND "createdAt" >= $3::timestamptz AND provider IS NOT NULL AND model IS NOT NULL ORDER BY "createdAt" DESC LIMIT $4`, [organizationId, slug, iso(fromMs), limit]);
      return rows.map((row) => ({ ...row, inputTokens: BigInt(row.inputTokens), cacheReadTokens: BigInt(row.cacheReadTokens), cacheWriteTokens: BigInt(row.cacheWriteTokens), outputTokens: BigInt(row.outputTokens), reasoningTokens: BigInt(row.reasoningTokens) }));
    },
    async recordPriceNotice(notice, nowMs) {
      await pool.query(
        `INSERT INTO price_notice ("organizationId", "presetSlug", "presetVersion", fingerprint, models, requests, "changedShare", "followedNanoUsd", "savedNanoUsd", proposal, moved, "foundAt")
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12::timestamptz)
         ON CONFLICT ("organizationId", "presetSlug") DO UPDATE SET "presetVersion" = excluded."presetVersion", fingerprint = excluded.fingerprint, models = excluded.models, requests = excluded.requests, "changedShare" = excluded."changedShare",
           "followedNanoUsd" = excluded."followedNanoUsd", "savedNanoUsd" = excluded."savedNanoUsd", proposal = excluded.proposal, moved = excluded.moved, "foundAt" = excluded."foundAt", "closedAt" = NULL`,
        [notice.organizationId, notice.presetSlug, notice.presetVersion, notice.fingerprint, [...notice.models], notice.requests, notice.changedShare, notice.followedNanoUsd.toString(), notice.savedNanoUsd?.toString() ?? null, jsonOrNull(notice.proposal), JSON.stringify(notice.moved), iso(nowMs)]);
    },
    async listOpenPriceNotices(organizationId) {
      const { rows } = await pool.query<Omit<OpenNotice, "followedNanoUsd" | "savedNanoUsd"> & { followed: string; saved: string | null }>(
        `SELECT "presetSlug", fingerprint, models, "changedShare", "followedNanoUsd"::text AS followed, "savedNanoUsd"::text AS saved FROM price_notice WHERE "organizationId" = $1 AND "closedAt" IS NULL ORDER BY "presetSlug"`, [organizationId]);
      return rows.map(({ followed, saved, ...row }) => ({ ...row, followedNanoUsd: BigInt(followed), savedNanoUsd: saved === null ? null : BigInt(saved) }));
    },
  };
}
