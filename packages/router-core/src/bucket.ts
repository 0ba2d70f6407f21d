import type { DrawnBy } from "@trunkline/contracts";

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a with the finaliser of MurmurHash3, so that neighbouring names do not land in neighbouring buckets. Uniform in [0, 1). */
export function uniformOf(text: string, salt: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < salt.length; index++) hash = Math.imul(hash ^ salt.charCodeAt(index), FNV_PRIME);
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Uniform in [0, 1): the same for one session or user under one salt, where the request says whose it is; else `random`. */
export function drawFor({ sessionId, endUser }: { readonly sessionId?: string | null | undefined; readonly endUser?: string | null | undefined }, { by, salt, random }: { readonly by: DrawnBy; readonly salt: string; readonly random: number }): number {
  const who = by === "session" ? sessionId ?? endUser : by === "user" ? endUser ?? sessionId : null;
  return who ? uniformOf(who, salt) : random;
}
