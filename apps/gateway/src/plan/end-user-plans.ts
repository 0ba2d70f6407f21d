import type { GatewayDb } from "@trunkline/db/gateway";
import type { UserPlan } from "@trunkline/router-core";
import type { Soon } from "../stages.ts";

/** Older ones are used once more and asked for again behind the request, so this bounds how long a lost message is missed. */
const FRESH_MS = 60_000;
/** Some megabytes. An organization may have a million end users; whoever does not fit is one read of a row away. */
const HELD_MAX = 50_000;
/** A request waits this long for an end user who is not held; a read by primary key takes one or two. */
export const LOOKUP_MS = 10;
/** After a read that failed nobody waits for another so soon. */
const AWAY_MS = 1_000;
/** Reads at a time: a store that answers slowly must not collect more. */
const READS_MAX = 200;

interface Held { readonly label: string | null; readonly loadedAtMs: number }
interface Ports { readonly db: Pick<GatewayDb, "loadEndUserPlan">; readonly now: () => number; readonly wait: (ms: number) => Promise<void> }

const NO_END_USER: UserPlan = { label: null, source: "no_end_user" };
const UNAVAILABLE: UserPlan = { label: null, source: "unavailable" };
const planOf = ({ label }: Held): UserPlan => ({ label, source: label === null ? "unlisted" : "stored" });

/** The plans that organizations keep for their end users, for rules that ask. Never refuses and hardly waits: what is not known in time is `unavailable`. */
export class EndUserPlans {
  /** Least recently used first; by organization and end user. */
  readonly #held = new Map<string, Held>();
  readonly #reads = new Map<string, Promise<UserPlan>>();
  #awayUntilMs = 0;
  /** What was read before a change that was heard meanwhile is not kept. */
  #changes = 0;
  constructor(readonly ports: Ports) {}

  find(organizationId: string, endUser: string | null): Soon<UserPlan> {
    if (endUser === null) return NO_END_USER;
    const name = `${organizationId} ${endUser}`;
    const held = this.#held.get(name);
    if (!held) return this.#soon(this.#read(name, organizationId, endUser));
    this.#held.delete(name);
    this.#held.set(name, held);
    if (this.ports.now() - held.loadedAtMs >= FRESH_MS) void this.#read(name, organizationId, endUser);
    return planOf(held);
  }

  /** No id has a space in it, so no organization's name begins another's. */
  invalidate(organizationId: string): void {
    this.#changes++;
    for (const name of this.#held.keys()) if (name.startsWith(`${organizationId} `)) this.#held.delete(name);
  }
  invalidateAll(): void { this.#changes++; this.#held.clear(); }

  #soon(read: Promise<UserPlan>): Promise<UserPlan> {
    return Promise.race([read, this.ports.wait(LOOKUP_MS).then(() => UNAVAILABLE)]);
  }

  /** Never rejects. */
  #read(name: string, organizationId: string, endUser: string): Promise<UserPlan> {
    const running = this.#reads.get(name);
    if (running) return running;
    if (this.#reads.size >= READS_MAX || this.ports.now() < this.#awayUntilMs) return Promise.resolve(UNAVAILABLE);
    const read = this.#load(name, organizationId, endUser).finally(() => this.#reads.delete(name));
    this.#reads.set(name, read);
    return read;
  }

  async #load(name: string, organizationId: string, endUser: string): Promise<UserPlan> {
    const { db, now } = this.ports;
    const changes = this.#changes;
    try {
      const held = { label: await db.loadEndUserPlan(organizationId, endUser), loadedAtMs: now() };
      if (changes === this.#changes) this.#keep(name, held);
      return planOf(held);
    } catch {
      this.#awayUntilMs = now() + AWAY_MS;
      return UNAVAILABLE;
    }
  }

  #keep(name: string, held: Held): void {
    this.#held.delete(name);
    this.#held.set(name, held);
    if (this.#held.size > HELD_MAX) for (const oldest of this.#held.keys()) { this.#held.delete(oldest); break; }
  }
}
