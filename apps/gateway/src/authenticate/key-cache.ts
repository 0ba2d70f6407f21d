import type { ApiKeyRecord, GatewayDb } from "@trunkline/db/gateway";
import { GatewayError } from "@trunkline/contracts";
import { hashKey, matchesHash, type ParsedKey, type VersionedSecrets } from "@trunkline/keys";
import { hash } from "node:crypto";

/** Bounds the time that a revocation can be missed when its message was lost. */
export const FRESH_MS = 60_000;
/** How long a known key keeps working while the store is away, counted from its last check. */
export const STALE_MS = 300_000;
/** Long enough to absorb a client that retries a wrong key in a loop. */
export const NEGATIVE_MS = 5_000;
/** About 1 KB each. */
export const ENTRIES_MAX = 50_000;

interface Entry { readonly record: ApiKeyRecord; readonly digest: string; /** As presented: the entry is found by it again without a digest. Memory only, like the headers of every request. */ readonly whole: string; validatedAtMs: number; stale: boolean }

export interface KeyCacheOptions {
  readonly db: Pick<GatewayDb, "findApiKey">;
  readonly peppers: VersionedSecrets;
  readonly now: () => number;
}

/**
 * Known keys by key id. Decides whether a presented secret is the key's; says nothing about expiry or revocation. While the store is
 * away a known key stays usable for `STALE_MS`; an unknown one fails with gateway.dependency_unavailable, never with 401.
 */
export class KeyCache {
  readonly #entries = new Map<string, Entry>();
  readonly #byWhole = new Map<string, Entry>();
  readonly #negative = new Map<string, number>();
  readonly #loads = new Map<string, Promise<ApiKeyRecord | null>>();
  readonly #options: KeyCacheOptions;
  /** Counts invalidations: a record read before one of them must not be remembered as fresh after it. */
  #generation = 0;

  constructor(options: KeyCacheOptions) { this.#options = options; }

  /** The record of a key that was found genuine a moment ago; null says nothing. */
  findFresh(whole: string): ApiKeyRecord | null {
    const entry = this.#byWhole.get(whole);
    return entry && !entry.stale && this.#options.now() - entry.validatedAtMs < FRESH_MS ? entry.record : null;
  }

  /** Null for a key that does not exist or whose secret is wrong. */
  async find(key: ParsedKey): Promise<ApiKeyRecord | null> {
    const digest = hash("sha256", key.whole, "base64");
    const now = this.#options.now();
    const known = this.#entries.get(key.keyId);
    if (known && !known.stale && known.digest === digest && now - known.validatedAtMs < FRESH_MS) return known.record;
    if ((this.#negative.get(digest) ?? 0) > now) return null;
    return this.#revalidate(key, digest, known);
  }

  async #revalidate(key: ParsedKey, digest: string, known: Entry | undefined): Promise<ApiKeyRecord | null> {
    const generation = this.#generation;
    let record: ApiKeyRecord | null;
    try {
      record = await this.#load(key.keyId);
    } catch {
      if (known && known.digest === digest && this.#options.now() - known.validatedAtMs < STALE_MS) return known.record;
      throw new GatewayError("gateway.dependency_unavailable", "Keys cannot be checked right now because the database does not answer. Retry in a few seconds.", { retryAfterMs: 2000 });
    }
    if (!record || !this.#isGenuine(key, record)) { this.#remember(this.#negative, digest, this.#options.now() + NEGATIVE_MS); return null; }
    this.#rememberEntry(key.keyId, { record, digest, whole: key.whole, validatedAtMs: this.#options.now(), stale: generation !== this.#generation });
    return record;
  }

  /** Single flight: a burst of first requests with one key costs one read. */
  #load(keyId: string): Promise<ApiKeyRecord | null> {
    const running = this.#loads.get(keyId);
    if (running) return running;
    const load = this.#options.db.findApiKey(keyId).finally(() => this.#loads.delete(keyId));
    this.#loads.set(keyId, load);
    return load;
  }

  #isGenuine(key: ParsedKey, record: ApiKeyRecord): boolean {
    const pepper = this.#options.peppers.get(record.pepperVersion);
    return pepper !== undefined && record.kind === key.kind && matchesHash(hashKey(key.whole, pepper), record.hash);
  }

  /** The key changed in the store: its next use asks again, and only falls back on what is known when the store is away. */
  invalidate(keyId: string): void {
    const entry = this.#entries.get(keyId);
    if (entry) entry.stale = true;
    this.#generation++;
    this.#loads.delete(keyId);
    this.#negative.clear();
  }

  /** A budget, a credential or the standing of an organization changed: its keys ask again, the others' do not. */
  invalidateOrganization(organizationId: string): void {
    for (const entry of this.#entries.values()) if (entry.record.organizationId === organizationId) entry.stale = true;
    this.#generation++;
    this.#loads.clear();
  }

  /** Messages may have been missed. */
  invalidateAll(): void {
    for (const entry of this.#entries.values()) entry.stale = true;
    this.#generation++;
    this.#loads.clear();
    this.#negative.clear();
  }

  /** A key in use is read again every minute and so moves to the end: the first is the one longest unused. */
  #rememberEntry(keyId: string, entry: Entry): void {
    const earlier = this.#entries.get(keyId);
    if (earlier) this.#byWhole.delete(earlier.whole);
    this.#byWhole.set(entry.whole, entry);
    const dropped = this.#remember(this.#entries, keyId, entry);
    if (dropped) this.#byWhole.delete(dropped.whole);
  }

  /** Returns what had to go for it. */
  #remember<Value>(map: Map<string, Value>, key: string, value: Value): Value | null {
    map.delete(key);
    map.set(key, value);
    if (map.size <= ENTRIES_MAX) return null;
    for (const [oldest, dropped] of map) { map.delete(oldest); return dropped; }
    return null;
  }
}
