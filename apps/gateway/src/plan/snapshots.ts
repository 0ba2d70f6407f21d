import type { CatalogSnapshot, PresetDrill, PresetShadow, PublishedPreset } from "@trunkline/contracts";
import type { GatewayDb, OrganizationPresets } from "@trunkline/db/gateway";
import { nearestNames } from "@trunkline/catalog";
import { GatewayError } from "@trunkline/contracts";
import { BUILT_IN_PRESETS } from "@trunkline/router-core";

/** Bounds the time that a change can be missed when its message was lost. */
const FRESH_MS = 60_000;
/** An empty catalogue is being seeded. */
const EMPTY_RETRY_MS = 1_000;
const ORGANIZATIONS_MAX = 10_000;
const EMPTY: CatalogSnapshot = { models: new Map(), endpointsByModel: new Map(), prices: new Map() };

/** The catalogue, swapped whole. A reload that fails keeps the old one: prices known a minute ago beat no service. */
export class CatalogCache {
  #snapshot = EMPTY;
  #timer: NodeJS.Timeout | undefined;
  /** Changes with every new content; for ETags. */
  version = 0;
  constructor(readonly db: Pick<GatewayDb, "loadCatalog">, readonly onFault: (message: string) => void) {}

  get snapshot(): CatalogSnapshot { return this.#snapshot; }

  async reload(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.#snapshot = await this.db.loadCatalog();
      this.version++;
    } catch (error) {
      this.onFault(`the catalogue could not be loaded: ${error instanceof Error ? error.message : "unknown fault"}`);
    }
    this.#timer = setTimeout(() => void this.reload(), this.#snapshot.models.size === 0 ? EMPTY_RETRY_MS : FRESH_MS).unref();
  }

  close(): void { clearTimeout(this.#timer); }
}

interface Held { readonly presets: OrganizationPresets; readonly loadedAtMs: number }

/** Published presets by organization, loaded on first use; a built-in one stands behind every slug. */
export class PresetCache {
  readonly #held = new Map<string, Held>();
  constructor(readonly db: Pick<GatewayDb, "loadPresets">, readonly now: () => number) {}

  /** Throws GatewayError caller.preset_not_found with the slugs that exist, or gateway.dependency_unavailable. */
  async find(organizationId: string, { slug, version }: { readonly slug: string; readonly version: number | null }): Promise<PublishedPreset> {
    const presets = await this.#load(organizationId, slug);
    const preset = version === null ? presets?.published.get(slug) ?? BUILT_IN_PRESETS.get(slug) : presets?.versions.get(`${slug}:${version}`) ?? builtIn(slug, version);
    if (preset) return preset;
    const known = [...new Set([...(presets?.published.keys() ?? []), ...BUILT_IN_PRESETS.keys()])];
    const nearest = nearestNames(known, slug);
    throw new GatewayError("caller.preset_not_found", `There is no published preset "${slug}"${version === null ? "" : ` in version ${version}`}. Nearest: ${nearest.join(", ")}.`, { metadata: { nearest, presets: known.join(", ") } });
  }

  /** Of what is held already: a request has just been planned by it. */
  shadowOf(organizationId: string, slug: string): PresetShadow | undefined { return this.#held.get(organizationId)?.presets.published.get(slug)?.shadow; }

  /** As above. */
  drillOf(organizationId: string, slug: string): PresetDrill | undefined { return this.#held.get(organizationId)?.presets.published.get(slug)?.drill; }

  async #load(organizationId: string, slug: string): Promise<OrganizationPresets | null> {
    const held = this.#held.get(organizationId);
    if (held && this.now() - held.loadedAtMs < FRESH_MS) return held.presets;
    try {
      const presets = await this.db.loadPresets(organizationId);
      this.#held.delete(organizationId);
      this.#held.set(organizationId, { presets, loadedAtMs: this.now() });
      if (this.#held.size > ORGANIZATIONS_MAX) for (const oldest of this.#held.keys()) { this.#held.delete(oldest); break; }
      return presets;
    } catch {
      if (held) return held.presets;
      if (BUILT_IN_PRESETS.has(slug)) return null;
      throw new GatewayError("gateway.dependency_unavailable", "Presets cannot be loaded right now because the database does not answer. Retry in a few seconds.", { retryAfterMs: 2000 });
    }
  }

  /** The next use reloads, and falls back on what is known when the store is away. */
  invalidate(organizationId: string): void {
    const held = this.#held.get(organizationId);
    if (held) this.#held.set(organizationId, { ...held, loadedAtMs: 0 });
  }
  invalidateAll(): void { for (const organizationId of this.#held.keys()) this.invalidate(organizationId); }
}

function builtIn(slug: string, version: number): PublishedPreset | undefined {
  const preset = BUILT_IN_PRESETS.get(slug);
  return preset?.version === version ? preset : undefined;
}
