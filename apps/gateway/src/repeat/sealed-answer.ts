import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import type { RecordedAnswer } from "./recorded-response.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Names one repeatable call, and locks what it answered with the secret that its caller presents: the store alone opens nothing, and no other caller can ask. */
export class RepeatableName {
  readonly name: string;
  readonly #lock: Buffer;

  constructor(credential: string, subject: string) {
    this.name = createHash("sha256").update(JSON.stringify([credential, subject])).digest("hex");
    this.#lock = createHmac("sha256", credential).update(subject).digest();
  }

  seal(answer: RecordedAnswer, fingerprint: string): string {
    const head = Buffer.from(JSON.stringify({ fingerprint, status: answer.status, headers: answer.headers }));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#lock, nonce);
    const sealed = Buffer.concat([cipher.update(length), cipher.update(head), cipher.update(answer.body), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
  }

  open(value: string): RecordedAnswer & { readonly fingerprint: string } {
    const bytes = Buffer.from(value, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.#lock, bytes.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    const bodyAt = 4 + plain.readUInt32BE(0);
    const head = JSON.parse(plain.subarray(4, bodyAt).toString("utf8")) as { readonly fingerprint: string; readonly status: number; readonly headers: readonly string[] };
    return { ...head, body: plain.subarray(bodyAt) };
  }
}
