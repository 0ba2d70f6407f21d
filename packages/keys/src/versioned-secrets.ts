import type { VersionedSecrets } from "./types.ts";

const SECRET_BYTES = 32;
/** Rotation needs two at a time; a longer list is a mistake in the configuration. */
const VERSIONS_MAX = 16;

function parseEntry(entry: string, position: number): readonly [number, Uint8Array] {
  const match = /^([1-9]\d{0,8}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry.trim());
  if (!match) throw new Error(`Secret ${position} is not of the form <version>:<base64>, for example 1:${"A".repeat(4)}…`);
  const secret = new Uint8Array(Buffer.from(match[2] ?? "", "base64"));
  if (secret.length !== SECRET_BYTES) throw new Error(`Secret ${position} (version ${match[1]}) has ${secret.length} bytes; it must have ${SECRET_BYTES}. Make one with: openssl rand -base64 32`);
  return [Number(match[1]), secret];
}

/** Reads `1:base64,2:base64` (32 bytes each). Throws an Error that names the position and never the secret. */
export function parseVersionedSecrets(text: string): VersionedSecrets {
  if (text.trim() === "") throw new Error("No secret given; expected <version>:<base64 of 32 bytes>[,…]");
  const entries = text.split(",");
  if (entries.length > VERSIONS_MAX) throw new Error(`${entries.length} secrets given; at most ${VERSIONS_MAX} are read`);
  const secrets = new Map<number, Uint8Array>();
  for (const [index, entry] of entries.entries()) {
    const [version, secret] = parseEntry(entry, index + 1);
    if (secrets.has(version)) throw new Error(`Secret version ${version} is given twice`);
    secrets.set(version, secret);
  }
  return secrets;
}

/** The highest version, under which new hashes and seals are made. Throws on an empty set. */
export function newestVersion(secrets: VersionedSecrets): { readonly version: number; readonly secret: Uint8Array } {
  const version = Math.max(...secrets.keys());
  const secret = secrets.get(version);
  if (!secret) throw new Error("No secret is configured");
  return { version, secret };
}
