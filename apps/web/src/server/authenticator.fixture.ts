// An authenticator in memory: makes passkeys and signs with them as a phone does (https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data),
// or as no honest one would where a test asks for it.
import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const KEY_INCLUDED = 0x40;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const sha256 = (bytes: Uint8Array | string): Buffer => createHash("sha256").update(bytes).digest();

/** CBOR (RFC 8949) of what an attestation holds: lengths under 64 KB. */
const head = (major: number, length: number): Buffer => length < 24 ? Buffer.of((major << 5) | length) : length < 256 ? Buffer.of((major << 5) | 24, length) : Buffer.of((major << 5) | 25, length >> 8, length & 255);
const bytesOf = (bytes: Uint8Array): Buffer => Buffer.concat([head(2, bytes.length), bytes]);
const textOf = (text: string): Buffer => Buffer.concat([head(3, text.length), Buffer.from(text)]);
const numberOf = (value: number): Buffer => value < 0 ? head(1, -1 - value) : head(0, value);
const mapOf = (pairs: readonly (readonly [Buffer, Buffer])[]): Buffer => Buffer.concat([head(5, pairs.length), ...pairs.flat()]);

export interface Behaviour { readonly origin: string; readonly rpId: string; readonly verifiesPerson: boolean }
interface Options { readonly challenge: string }

export function createAuthenticator(behaviour: Behaviour) {
  const id = randomBytes(16);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  let counter = 0;
  const clientData = (type: string, { challenge }: Options, { origin }: Behaviour): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const dataOf = ({ rpId, verifiesPerson }: Behaviour, extra: Buffer): Buffer => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(++counter);
    return Buffer.concat([sha256(rpId), Buffer.of(USER_PRESENT | (verifiesPerson ? USER_VERIFIED : 0) | (extra.length > 0 ? KEY_INCLUDED : 0)), count, extra]);
  };
  const shell = { id: base64(id), rawId: base64(id), type: "public-key", clientExtensionResults: {} };
  return {
    register(options: Options, change: Partial<Behaviour> = {}) {
      const now = { ...behaviour, ...change };
      const credential = Buffer.concat([Buffer.alloc(16), Buffer.of(0, id.length), id, coseKey(publicKey)]);
      const attestationObject = mapOf([[textOf("fmt"), textOf("none")], [textOf("attStmt"), mapOf([])], [textOf("authData"), bytesOf(dataOf(now, credential))]]);
      return { ...shell, response: { clientDataJSON: base64(clientData("webauthn.create", options, now)), attestationObject: base64(attestationObject), transports: ["internal"] } };
    },
    sign(options: Options, change: Partial<Behaviour> = {}) {
      const now = { ...behaviour, ...change };
      const data = dataOf(now, Buffer.alloc(0));
      const client = clientData("webauthn.get", options, now);
      return { ...shell, response: { clientDataJSON: base64(client), authenticatorData: base64(data), signature: base64(createSign("sha256").update(data).update(sha256(client)).sign(privateKey)) } };
    },
    /** As one that was copied before its last signatures. */
    setBack: (): void => { counter = 0; },
  };
}

/** COSE_Key of ES256 (RFC 9053, sections 2.1 and 7.1.1). */
function coseKey(publicKey: KeyObject): Buffer {
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return mapOf([[numberOf(1), numberOf(2)], [numberOf(3), numberOf(-7)], [numberOf(-1), numberOf(1)], [numberOf(-2), bytesOf(Buffer.from(x, "base64url"))], [numberOf(-3), bytesOf(Buffer.from(y, "base64url"))]]);
}
