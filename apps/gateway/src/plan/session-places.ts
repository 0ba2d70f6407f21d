import type { UsageEvent } from "@trunkline/contracts";
import type { StickyPlace } from "@trunkline/router-core";

/** Some 100 bytes each. The oldest goes first: a conversation that rests for so many others has lost its cache anyway. */
const SESSIONS_MAX = 50_000;
/** Weight of the newest turn: a prompt cache shows itself within two. */
const NEWEST_SHARE = 0.5;

/** Where each conversation was served last and how much of its input came from the cache there. Of this process alone: another gateway learns it in one turn. */
export class SessionPlaces {
  readonly #places = new Map<string, StickyPlace>();
  constructor(readonly max: number = SESSIONS_MAX) {}

  find(organizationId: string, sessionId: string): StickyPlace | null { return this.#places.get(keyOf(organizationId, sessionId)) ?? null; }

  observe(event: Pick<UsageEvent, "organizationId" | "sessionId" | "provider" | "model" | "usage" | "status">): void {
    if (event.sessionId === null || event.provider === null || event.model === null) return;
    const key = keyOf(event.organizationId, event.sessionId);
    const before = this.#places.get(key);
    const input = event.usage.inputTokens + event.usage.cacheReadTokens + event.usage.cacheWriteTokens;
    const share = input > 0 ? event.usage.cacheReadTokens / input : 0;
    const stays = before !== undefined && before.provider === event.provider && before.model === event.model;
    this.#places.delete(key);
    this.#places.set(key, { provider: event.provider, model: event.model, cachedShare: stays ? before.cachedShare + (share - before.cachedShare) * NEWEST_SHARE : share });
    if (this.#places.size > this.max) for (const oldest of this.#places.keys()) { this.#places.delete(oldest); break; }
  }
}

const keyOf = (organizationId: string, sessionId: string): string => `${organizationId} ${sessionId}`;
