import { createEmbeddedKv } from "./embedded-kv.ts";
import type { Kv } from "./kv.ts";
import { createRedisKv } from "./redis-kv.ts";

/** Redis where an address is given, else the embedded form, which is right for one gateway only. */
export function createKv({ redisUrl, databaseUrl }: { redisUrl?: string | undefined; databaseUrl: string }): Kv {
  return redisUrl ? createRedisKv({ url: redisUrl }) : createEmbeddedKv({ databaseUrl });
}
