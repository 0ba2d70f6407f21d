import type { InvalidationTopic } from "@trunkline/contracts";

/** Carries invalidations between processes, at most once. Errors: `DependencyUnavailable`. */
export interface InvalidationBus {
  publish(topic: InvalidationTopic, id: string): Promise<void>;
  subscribe(onMessage: (topic: InvalidationTopic, id: string) => void, onGap: () => void): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
