import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import type { Actor, KeysOfLeaver, MemberRecord, WebDb } from "@trunkline/db/web";
import type { Kv } from "@trunkline/kv";
import { publishChange } from "./publish.ts";

/** Takes a member out; keys that end with it end at once in every gateway. */
export async function removeMember({ db, kv }: { readonly db: WebDb; readonly kv: Pick<Kv, "publish"> }, actor: Actor, { userId, keys }: { readonly userId: string; readonly keys: KeysOfLeaver }): Promise<MemberRecord> {
  const { gone, revoked } = await db.members.remove(actor, userId, keys);
  for (const keyId of revoked) await publishChange(kv, INVALIDATION_TOPICS.apiKey, keyId);
  return gone;
}
