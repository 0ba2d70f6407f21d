import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import type { VersionedSecrets } from "@trunkline/keys";
import type { Kv } from "@trunkline/kv";
import { ConflictError, NotFoundError, type Actor, type ApiKeyRow, type WebDb } from "@trunkline/db/web";
import { issueKey } from "../issue-key.ts";
import { publishChange } from "../publish.ts";

/** A day: long enough for a deploy, short enough for a leak that is not acute. Revoke what has leaked. */
export const OVERLAP_SECONDS_DEFAULT = 86_400;
export const OVERLAP_SECONDS_MAX = 30 * 86_400;

interface Rotation { readonly actor: Actor; readonly id: string; readonly overlapSeconds: number; readonly nowMs: number }
interface Ports { readonly db: WebDb; readonly kv: Pick<Kv, "publish">; readonly peppers: VersionedSecrets }

/**
 * A new key with the old one's name, owner, kind, project, limits, models, pages and expiry, and a budget of the same size that begins afresh; the old
 * one works until the overlap ends (0: ends now). The new key is made first: a failure in between leaves both working, never neither.
 * Throws NotFoundError for a foreign key, ConflictError for one that no longer works.
 */
export async function rotateKey({ db, kv, peppers }: Ports, { actor, id, overlapSeconds, nowMs }: Rotation): Promise<{ readonly old: ApiKeyRow; readonly row: ApiKeyRow; readonly secret: string }> {
  const key = (await db.keys.list(actor)).find((candidate) => candidate.id === id);
  if (!key) throw new NotFoundError("API key");
  if (key.revokedAt || (key.expiresAt && key.expiresAt.getTime() <= nowMs)) throw new ConflictError("This key no longer works: create a new one.");
  const { name, kind, rpmLimit, tpmLimit, concurrencyLimit, browserOrigins, allowedModels, owner, expiresAt, budget } = key;
  const { row, secret } = await issueKey(db, peppers, {
    actor, projectId: key.projectId,
    input: { name, kind, ownerId: owner?.email ? owner.userId : null, rpmLimit, tpmLimit, concurrencyLimit, browserOrigins: [...browserOrigins], allowedModels: [...allowedModels], expiresAt: expiresAt?.toISOString() ?? null, budget: budget && { period: budget.period, limitUsd: budget.limitNanoUsd } },
  });
  const endsAtMs = Math.min(nowMs + overlapSeconds * 1000, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const old = overlapSeconds === 0 ? await db.keys.revoke(actor, id) : await db.keys.update(actor, id, { expiresAt: new Date(endsAtMs) });
  for (const { keyId } of [old, row]) await publishChange(kv, INVALIDATION_TOPICS.apiKey, keyId);
  return { old, row, secret };
}
