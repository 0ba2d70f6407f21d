/**
 * The authenticator app as a second factor. Decides what a code is (six digits of the time step now, before or after, or a recovery code),
 * and that none opens the account twice. The secret is stored sealed; recovery codes are stored as digests and shown once.
 */
import { randomBytes } from "node:crypto";
import { open, parseVersionedSecrets, seal, SealError, type VersionedSecrets } from "@trunkline/keys";
import { Secret, TOTP } from "otpauth";
import { renderSVG } from "uqr";
import { credentialEnv } from "../env.ts";
import { problem } from "./problem.ts";
import { services } from "./services.ts";

const ISSUER = "Trunkline";
/** What every authenticator app knows (RFC 6238 and its appendix). */
const DIGITS = 6;
const PERIOD_S = 30;
/** A phone's clock may be one step off. */
const WINDOW = 1;
/** 160 bits, as RFC 4226 recommends. */
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** 50 bits each, of an alphabet without look-alikes. */
const RECOVERY_CHARS = 10;
const ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz";

const totp = (secret: Secret, label = ""): TOTP => new TOTP({ issuer: ISSUER, label, algorithm: "SHA1", digits: DIGITS, period: PERIOD_S, secret });

/** The time step whose code this is, or null. */
export function stepOf(secretBase32: string, code: string, nowMs: number): number | null {
  const delta = totp(Secret.fromBase32(secretBase32)).validate({ token: code, timestamp: nowMs, window: WINDOW });
  return delta === null ? null : Math.floor(nowMs / 1000 / PERIOD_S) + delta;
}

/** `xxxxx-xxxxx`. */
export function recoveryCode(random: (bytes: number) => Uint8Array): string {
  const text = [...random(RECOVERY_CHARS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return `${text.slice(0, RECOVERY_CHARS / 2)}-${text.slice(RECOVERY_CHARS / 2)}`;
}
const plain = (code: string): string => code.toLowerCase().replace(/[\s-]/g, "");

function keks(): VersionedSecrets | null {
  const { ENCRYPTION_KEYS } = credentialEnv();
  return ENCRYPTION_KEYS === undefined ? null : parseVersionedSecrets(ENCRYPTION_KEYS);
}

/** Null where the seal cannot be opened: its key is gone. */
function openSecret(userId: string, sealed: string): string | null {
  const known = keks();
  if (known === null) return null;
  try {
    return open(sealed, services().db.secondFactors.binding(userId), known);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

export interface Enrolment { readonly secret: string; readonly uri: string; /** A QR code of `uri`. */ readonly svg: string }

/** A new secret, not asked for until it is confirmed. Gives the answer that refuses where this installation or this person cannot have one. */
export async function beginSecondFactor(user: { readonly id: string; readonly email: string }): Promise<Enrolment | Response> {
  const known = keks();
  if (known === null) return problem({ status: 422, title: "No second factor here", detail: "This installation has no ENCRYPTION_KEYS, under which the secret would be kept. Ask its operator." });
  const secret = new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer });
  const { secondFactors } = services().db;
  if (!(await secondFactors.begin(user.id, seal(secret.base32, secondFactors.binding(user.id), known)))) return problem({ status: 409, title: "Already on", detail: "A second factor is on. Turn it off first." });
  const uri = totp(secret, user.email).toString();
  return { secret: secret.base32, uri, svg: renderSVG(uri, { border: 2 }) };
}

/** The recovery codes, shown this once; null where the code is not the app's. */
export async function confirmSecondFactor(userId: string, code: string, nowMs: number): Promise<readonly string[] | null> {
  const { secondFactors } = services().db;
  const row = await secondFactors.find(userId);
  const secret = row && openSecret(userId, row.sealed);
  const step = secret ? stepOf(secret, plain(code), nowMs) : null;
  if (step === null) return null;
  const codes = Array.from({ length: RECOVERY_CODES }, () => recoveryCode(randomBytes));
  return (await secondFactors.confirm(userId, step, codes.map(plain))) ? codes : null;
}

const refuseCode = (message: string, status: number): Response => problem({ status, title: "Second factor needed", errors: [{ path: "code", message }] });

/** Null lets in: no second factor, or its code is right. Call only after the password was. */
export async function checkSecondFactor(userId: string, code: string | null, nowMs = Date.now()): Promise<Response | null> {
  const { secondFactors } = services().db;
  const row = await secondFactors.find(userId);
  if (!row?.confirmedAt) return null;
  if (code === null) return refuseCode("enter the six digits of your authenticator app, or a recovery code", 401);
  const typed = plain(code);
  if (typed.length !== DIGITS) return (await secondFactors.useRecoveryCode(userId, typed)) ? null : refuseCode("this recovery code is unknown or used", 401);
  const secret = openSecret(userId, row.sealed);
  if (secret === null) return problem({ status: 503, title: "Second factor unavailable", detail: "The authenticator's secret cannot be read just now. A recovery code works." });
  const step = stepOf(secret, typed, nowMs);
  return step !== null && (await secondFactors.useStep(userId, step)) ? null : refuseCode("this code is wrong or was used already; wait for the next one", 401);
}
