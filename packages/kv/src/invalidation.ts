import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import type { InvalidationTopic } from "@trunkline/contracts";

/** Channel of both forms. One channel, because a gateway wants every topic. */
export const INVALIDATION_CHANNEL = "trunkline_invalidate";

/** How often a listening connection proves that it is alive; with the command timeout this bounds a silent gap to about 5 seconds. */
export const HEARTBEAT_MS = 3_000;

const TOPICS: ReadonlySet<string> = new Set(Object.values(INVALIDATION_TOPICS));
const isTopic = (text: string): text is InvalidationTopic => TOPICS.has(text);

/** Wire form: topic, one space, id (which may be empty). */
export const encodeInvalidation = (topic: InvalidationTopic, id: string): string => `${topic} ${id}`;

/** null for a message of another version of the program. */
function parseInvalidation(message: string): { readonly topic: InvalidationTopic; readonly id: string } | null {
  const space = message.indexOf(" ");
  const topic = message.slice(0, space);
  return space > 0 && isTopic(topic) ? { topic, id: message.slice(space + 1) } : null;
}

/** Who wants to know. Several may subscribe. */
export class Listeners {
  readonly #entries: { readonly onMessage: (topic: InvalidationTopic, id: string) => void; readonly onGap: () => void }[] = [];

  add(onMessage: (topic: InvalidationTopic, id: string) => void, onGap: () => void): void {
    this.#entries.push({ onMessage, onGap });
  }
  message(text: string): void {
    const parsed = parseInvalidation(text);
    if (parsed) for (const entry of this.#entries) entry.onMessage(parsed.topic, parsed.id);
  }
  gap(): void {
    for (const entry of this.#entries) entry.onGap();
  }
}
