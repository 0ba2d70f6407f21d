/** Password hashes: scrypt, with its parameters in the stored text, so that a later change of cost leaves old hashes readable. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** About 60 ms and 32 MB a hash: within OWASP's password storage advice for scrypt (N=2^15 with r=8 needs p≥3 or rate limits, which guard every caller). */
const COST = 2 ** 15;
const BLOCK = 8;
const PARALLEL = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const MEMORY_BYTES_MAX = 128 * 1024 * 1024;

export const PASSWORD_LENGTH_MIN = 8;
/** scrypt takes any length; more than this is no password. */
export const PASSWORD_LENGTH_MAX = 256;

interface Parameters { readonly cost: number; readonly block: number; readonly parallel: number }

function derive(password: string, salt: Uint8Array, { cost, block, parallel }: Parameters): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, HASH_BYTES, { N: cost, r: block, p: parallel, maxmem: MEMORY_BYTES_MAX }, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, { cost: COST, block: BLOCK, parallel: PARALLEL });
  return ["scrypt", COST, BLOCK, PARALLEL, salt.toString("base64"), hash.toString("base64")].join("$");
}

const UNKNOWN_SALT = Buffer.alloc(SALT_BYTES, 1);

/** Does the same work when there is no stored hash, so that time does not tell which addresses have an account. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, cost, block, parallel, salt, hash] = stored?.split("$") ?? [];
  if (scheme !== "scrypt" || !salt || !hash) {
    await derive(password, UNKNOWN_SALT, { cost: COST, block: BLOCK, parallel: PARALLEL });
    return false;
  }
  const expected = Buffer.from(hash, "base64");
  const actual = await derive(password, Buffer.from(salt, "base64"), { cost: Number(cost), block: Number(block), parallel: Number(parallel) });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
