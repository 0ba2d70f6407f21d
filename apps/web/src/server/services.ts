/** The only place of this app where long-lived objects are built. Kept on globalThis, because the dev server reloads modules. */
import { parseVersionedSecrets, type VersionedSecrets } from "@trunkline/keys";
import { createKv, type Kv } from "@trunkline/kv";
import { createWebDb, type WebDb } from "@trunkline/db/web";
import { webEnv } from "../env.ts";

export interface Services { readonly db: WebDb; readonly kv: Kv; readonly peppers: VersionedSecrets }

const holder = globalThis as typeof globalThis & { trunklineServices?: Services };

export function services(): Services {
  if (holder.trunklineServices) return holder.trunklineServices;
  const env = webEnv();
  const kv = createKv({ databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL });
  holder.trunklineServices = { db: createWebDb({ databaseUrl: env.DATABASE_URL }), kv, peppers: parseVersionedSecrets(env.API_KEY_PEPPERS) };
  return holder.trunklineServices;
}
