// Receipts that anybody can check without us. Decides the bytes that are signed (canonical JSON as in RFC 8785), how a receipt names the one before
// it, and when a receipt or a run of them holds. It promises that no field, order or gap can be changed unseen by who has the public key; which
// facts a receipt states is left to who makes it.
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import type { VersionedSecrets } from "./types.ts";
import { newestVersion } from "./versioned-secrets.ts";

/** A public key as a JWK (RFC 8037), as the well-known address lists it. */
export interface ReceiptKey { readonly kid: string; readonly kty: "OKP"; readonly crv: "Ed25519"; readonly alg: "EdDSA"; readonly use: "sig"; readonly x: string }
export interface SignedReceipt {
  /** What is signed, in its canonical form. `organization_id`, `sequence`, `previous_hash` and `key_id` are always there. */
  readonly receipt: Readonly<Record<string, unknown>>;
  /** SHA-256 of the canonical bytes, in hex; the next receipt's `previous_hash`. */
  readonly hash: string;
  /** Ed25519 over the canonical bytes, in base64url. */
  readonly signature: string;
}
/** The last link of an organization's chain. */
export interface ChainHead { readonly sequence: number; readonly hash: string }
export interface ReceiptFault { readonly sequence: number | null; readonly id: string | null; readonly fault: string }
export interface ReceiptSigner { readonly key: ReceiptKey; seal(facts: Readonly<Record<string, unknown>>, link: { readonly organizationId: string; readonly head: ChainHead }): SignedReceipt & { readonly text: string } }

/** What the first receipt of an organization names as the one before. */
export const CHAIN_START: ChainHead = { sequence: 0, hash: "0".repeat(64) };
const RECEIPT_VERSION = 1;
/** PKCS #8 of a bare Ed25519 seed (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY_ID_CHARACTERS = 16;

/** RFC 8785 for what JSON.parse can give: names sorted by code unit, no space, numbers and texts as ECMAScript writes them. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    let items = "";
    for (const item of value) items += `${items === "" ? "" : ","}${canonicalJson(item)}`;
    return `[${items}]`;
  }
  if (isRecord(value)) {
    let members = "";
    for (const name of Object.keys(value).sort()) {
      if (value[name] !== undefined) members += `${members === "" ? "" : ","}${JSON.stringify(name)}:${canonicalJson(value[name])}`;
    }
    return `{${members}}`;
  }
  return JSON.stringify(value ?? null);
}

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Signs with the newest secret: its 32 bytes are the Ed25519 seed. */
export function createReceiptSigner(secrets: VersionedSecrets): ReceiptSigner {
  const privateKey = privateKeyOf(newestVersion(secrets).secret);
  const key = publicOf(privateKey);
  return {
    key,
    seal(facts, { organizationId, head }) {
      const receipt = { ...facts, version: RECEIPT_VERSION, organization_id: organizationId, sequence: head.sequence + 1, previous_hash: head.hash, key_id: key.kid };
      const text = canonicalJson(receipt);
      return { receipt, text, hash: digestOf(text), signature: sign(null, Buffer.from(text), privateKey).toString("base64url") };
    },
  };
}

/** The public halves of all the secrets, retired ones included. */
export const receiptKeysOf = (secrets: VersionedSecrets): readonly ReceiptKey[] => [...secrets.values()].map((seed) => publicOf(privateKeyOf(seed)));

const privateKeyOf = (seed: Uint8Array): KeyObject => createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });

function publicOf(privateKey: KeyObject): ReceiptKey {
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return receiptKeyOf(`rck_${digestOf(x).slice(0, KEY_ID_CHARACTERS)}`, x);
}

/** `x`: the 32 public bytes in base64url. */
export const receiptKeyOf = (kid: string, x: string): ReceiptKey => ({ kid, kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig", x });

/** Empty where every receipt holds by itself and names the one before it. A run may start anywhere; it must be in order and whole. */
export function receiptFaults(receipts: readonly SignedReceipt[], keys: readonly ReceiptKey[]): readonly ReceiptFault[] {
  const publicKeys = new Map(keys.map((key) => [key.kid, createPublicKey({ key: { kty: key.kty, crv: key.crv, x: key.x }, format: "jwk" })]));
  const ids = new Set<unknown>();
  return receipts.flatMap((signed, index) => {
    const before = receipts[index - 1];
    const doubled = ids.has(signed.receipt["id"]);
    ids.add(signed.receipt["id"]);
    const faults = [ownFault(signed, publicKeys), before ? linkFault(before, signed) : null, doubled ? "this request has a receipt already" : null];
    return faults.flatMap((fault) => (fault === null ? [] : [{ sequence: numberOf(signed.receipt["sequence"]), id: textOf(signed.receipt["id"]), fault }]));
  });
}

function ownFault({ receipt, hash, signature }: SignedReceipt, keys: ReadonlyMap<string, KeyObject>): string | null {
  const key = keys.get(String(receipt["key_id"]));
  if (key === undefined) return `signed with key ${String(receipt["key_id"])}, which is not among the keys given`;
  const text = canonicalJson(receipt);
  if (!verify(null, Buffer.from(text), key, Buffer.from(signature, "base64url"))) return "the signature does not fit: what the receipt says was changed after it was signed, or another key signed it";
  return digestOf(text) === hash ? null : `hash is ${hash}, but the receipt comes to ${digestOf(text)}`;
}

function linkFault(before: SignedReceipt, after: SignedReceipt): string | null {
  if (before.receipt["organization_id"] !== after.receipt["organization_id"]) return "belongs to another organization than the receipt before it";
  const [expected, sequence] = [Number(before.receipt["sequence"]) + 1, Number(after.receipt["sequence"])];
  if (sequence > expected) return `receipts ${expected} to ${sequence - 1} are missing before it`;
  if (sequence < expected) return `comes after receipt ${expected - 1}: doubled or out of order`;
  return after.receipt["previous_hash"] === before.hash ? null : "does not name the receipt before it: one of the two was replaced";
}

/** Names of the members that `shown` states differently from what was signed; members of only one side are nobody's claim. */
export function differencesFrom({ receipt }: SignedReceipt, shown: Readonly<Record<string, unknown>>): readonly string[] {
  const differing = Object.keys(receipt).filter((name) => name in shown && !agree(receipt[name], shown[name]));
  const decided = shown["decision"] ?? null;
  return decided !== null && receipt["decision_digest"] !== digestOf(canonicalJson(decided)) ? [...differing, "decision"] : differing;
}

function agree(signed: unknown, shown: unknown): boolean {
  if (Array.isArray(signed) && Array.isArray(shown)) return signed.length === shown.length && signed.every((item, index) => agree(item, shown[index]));
  if (isRecord(signed) && isRecord(shown)) return Object.keys(signed).every((name) => !(name in shown) || agree(signed[name], shown[name]));
  return canonicalJson(signed) === canonicalJson(shown);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => value !== null && typeof value === "object" && !Array.isArray(value);

const numberOf = (value: unknown): number | null => (typeof value === "number" ? value : null);
const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
