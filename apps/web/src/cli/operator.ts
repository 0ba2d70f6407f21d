/** Who holds DATABASE_URL and the peppers is the operator: the command line acts as an owner of the organization it names. */
import { createKv, type Kv } from "@trunkline/kv";
import { parseVersionedSecrets, type VersionedSecrets } from "@trunkline/keys";
import { createWebDb, type Actor, type WebDb } from "@trunkline/db/web";
import type { CliEnv } from "../env.ts";
import { UsageError, type Arguments } from "./arguments.ts";

export interface Operator { readonly db: WebDb; readonly peppers: VersionedSecrets; readonly kv: () => Kv; readonly close: () => Promise<void> }

export function createOperator(env: CliEnv): Operator {
  const db = createWebDb({ databaseUrl: env.DATABASE_URL });
  let kv: Kv | undefined;
  return {
    db, peppers: parseVersionedSecrets(env.API_KEY_PEPPERS),
    kv: () => (kv ??= createKv({ databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL })),
    close: async () => { await Promise.all([db.close(), kv?.close()]); },
  };
}

/** `--org` by slug or id; may be left out where there is only one organization. */
export async function actorFor({ db }: Operator, { flags }: Arguments): Promise<Actor> {
  const wanted = flags.get("org");
  const organizations = await db.accounts.listOrganizations();
  const found = wanted === undefined && organizations.length === 1 ? organizations[0] : organizations.find((row) => row.slug === wanted || row.id === wanted);
  if (!found) throw new UsageError(wanted === undefined ? `--org is missing; there are ${organizations.length} organizations` : `there is no organization "${wanted}"`);
  return { organizationId: found.id, role: "owner", userId: null, label: "operator" };
}
