/**
 * The keys that the playground calls with. Decides when one is made: the first time that a person uses a book of a project, and
 * anew before it ends. Promises that the secret stays in this process; what a key may do is left to the data layer and the gateway.
 */
import type { Actor } from "@trunkline/db/web";
import type { BookMode } from "./views.ts";

/** Long enough for a sitting, short enough that one forgotten is soon worthless. */
const LIFE_MS = 3_600_000;
/** An answer may take minutes: a key this near its end is not used for another. */
const MARGIN_MS = 10 * 60_000;
/** People at once in one process; beyond it the oldest key is forgotten, and ends by itself. */
const KEPT_MAX = 1_000;

export interface PlaygroundCaller { readonly actor: Actor; readonly projectId: string; readonly mode: BookMode }
type Issue = (caller: PlaygroundCaller, expiresAt: Date) => Promise<string>;

/** What its keys are called in the log and in analytics. */
export const PLAYGROUND_KEY_NAME = "playground";

/** A key that the playground made for a sitting: it ends by itself, so no list of a person's keys is filled with it. */
export function isPlaygroundKey({ name, createdAt, expiresAt }: { readonly name: string; readonly createdAt: Date; readonly expiresAt: Date | null }): boolean {
  return name === PLAYGROUND_KEY_NAME && expiresAt !== null && expiresAt.getTime() - createdAt.getTime() <= LIFE_MS;
}

/** One key a (person, role, project, book): a person whose role changed does not keep a key that the new role could not make. */
export function createPlaygroundKeys({ issue, nowMs }: { readonly issue: Issue; readonly nowMs: () => number }) {
  const kept = new Map<string, { readonly secret: Promise<string>; readonly untilMs: number }>();
  const nameOf = ({ actor, projectId, mode }: PlaygroundCaller): string => `${actor.organizationId} ${projectId} ${actor.label} ${actor.role} ${mode}`;
  const keyOf = async (caller: PlaygroundCaller): Promise<string> => {
    const name = nameOf(caller);
    const known = kept.get(name);
    if (known && known.untilMs > nowMs()) return known.secret;
    const oldest = kept.keys().next();
    if (kept.size >= KEPT_MAX && !oldest.done) kept.delete(oldest.value);
    const secret = issue(caller, new Date(nowMs() + LIFE_MS));
    kept.delete(name);
    kept.set(name, { secret, untilMs: nowMs() + LIFE_MS - MARGIN_MS });
    secret.catch(() => kept.delete(name));
    return secret;
  };
  /** For a key that the gateway refuses: somebody revoked it. */
  const forget = (caller: PlaygroundCaller): void => void kept.delete(nameOf(caller));
  return { keyOf, forget };
}
