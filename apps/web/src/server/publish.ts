import type { InvalidationTopic } from "@trunkline/contracts";
import type { Kv } from "@trunkline/kv";

/**
 * Tells the gateways after the commit. The change is already durable: a store that is away must not turn a revoke into an
 * error, since gateways re-read within their cache bound.
 */
export async function publishChange(kv: Pick<Kv, "publish">, topic: InvalidationTopic, id: string): Promise<void> {
  try {
    await kv.publish(topic, id);
  } catch (error) {
    console.error(JSON.stringify({ level: "error", message: "invalidation was not published", topic, id, reason: error instanceof Error ? error.name : "unknown" }));
  }
}
