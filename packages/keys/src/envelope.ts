/**
 * Envelope encryption of provider credentials: AES-256-GCM under a data key of its own for each credential, and that data key
 * wrapped by a versioned key-encryption key. Both layers authenticate the binding (organization, credential, provider, address,
 * version), so a row copied to another tenant, or pointed at another server, fails to open. Rotating a key-encryption key re-wraps data keys and touches no ciphertext.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { RandomSource } from "./base62.ts";
import type { VersionedSecrets } from "./types.ts";
import { newestVersion } from "./versioned-secrets.ts";

const FORMAT = "tls1";
const DATA_KEY_BYTES = 32;
/** 96 bits, the length GCM is specified for (NIST SP 800-38D, 5.2.1.1). */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** What the ciphertext belongs to. Opening needs the same values. */
export interface CredentialBinding {
  readonly organizationId: string;
  readonly credentialId: string;
  readonly provider: string;
  /** Where the secret may be sent; null: the provider's own address. */
  readonly baseUrl: string | null;
  /** Of the credential; a new secret is a new version. */
  readonly version: number;
}

/** Of a stored prompt. No provider is called so: a credential's seal never opens as a prompt, nor the reverse. */
export const promptBinding = (organizationId: string, requestId: string): CredentialBinding => ({ organizationId, credentialId: requestId, provider: "stored-prompt", baseUrl: null, version: 1 });

/** The one failure of `open` and `rewrap`. It does not say which check failed, and carries no data. */
export class SealError extends Error {
  override readonly name = "SealError";
}

/** A JSON array: unlike joined text, two different bindings never give the same bytes. */
const authenticated = (binding: CredentialBinding): Uint8Array =>
  Buffer.from(JSON.stringify([FORMAT, binding.organizationId, binding.credentialId, binding.provider, binding.baseUrl, binding.version]));

interface Box { readonly key: Uint8Array; readonly aad: Uint8Array }

/** iv ‖ tag ‖ ciphertext */
function encrypt(plain: Uint8Array, box: Box, random: RandomSource): Buffer {
  const iv = random(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", box.key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(box.aad);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(sealed: Buffer, box: Box): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new SealError("The sealed credential is damaged");
  const decipher = createDecipheriv("aes-256-gcm", box.key, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(box.aad);
  decipher.setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new SealError("The sealed credential does not belong here, or its key is another");
  }
}

/** Of the key-encryption key; null for what is no seal. */
export const sealVersion = (sealed: string): number | null => {
  const [format, version] = sealed.split(".");
  return format === FORMAT && version && /^\d+$/.test(version) ? Number(version) : null;
};

function unwrap(sealed: string, aad: Uint8Array, keks: VersionedSecrets): { readonly dataKey: Buffer; readonly body: string } {
  const [format, version, wrapped, body, ...rest] = sealed.split(".");
  if (format !== FORMAT || !version || !wrapped || !body || rest.length > 0) throw new SealError("The sealed credential is damaged");
  const key = keks.get(Number(version));
  if (!key) throw new SealError(`Key-encryption key version ${Number(version)} is not configured`);
  return { dataKey: decrypt(Buffer.from(wrapped, "base64url"), { key, aad }), body };
}

const wrap = (dataKey: Uint8Array, aad: Uint8Array, keks: VersionedSecrets, random: RandomSource): string => {
  const { version, secret } = newestVersion(keks);
  return `${FORMAT}.${version}.${encrypt(dataKey, { key: secret, aad }, random).toString("base64url")}`;
};

/** Seals under the newest key-encryption key: `tls1.<kek version>.<wrapped data key>.<ciphertext>`, base64url parts. */
export function seal(plaintext: string, binding: CredentialBinding, keks: VersionedSecrets, random: RandomSource = randomBytes): string {
  const aad = authenticated(binding);
  const dataKey = random(DATA_KEY_BYTES);
  const body = encrypt(Buffer.from(plaintext, "utf8"), { key: dataKey, aad }, random).toString("base64url");
  return `${wrap(dataKey, aad, keks, random)}.${body}`;
}

/** The plaintext, or SealError: wrong binding, altered text, or a key-encryption key that is not configured. */
export function open(sealed: string, binding: CredentialBinding, keks: VersionedSecrets): string {
  const aad = authenticated(binding);
  const { dataKey, body } = unwrap(sealed, aad, keks);
  return decrypt(Buffer.from(body, "base64url"), { key: dataKey, aad }).toString("utf8");
}

/** Moves a seal to the newest key-encryption key without touching the ciphertext. */
export function rewrap(sealed: string, binding: CredentialBinding, keks: VersionedSecrets, random: RandomSource = randomBytes): string {
  const aad = authenticated(binding);
  const { dataKey, body } = unwrap(sealed, aad, keks);
  return `${wrap(dataKey, aad, keks, random)}.${body}`;
}
