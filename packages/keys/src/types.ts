/** `version` → 32-byte secret. The highest version is used for new hashes. */
export type VersionedSecrets = ReadonlyMap<number, Uint8Array>;
export type KeyKind = "live" | "test" | "mgmt";
export interface ParsedKey { readonly kind: KeyKind; readonly keyId: string; readonly secret: string; readonly whole: string }
