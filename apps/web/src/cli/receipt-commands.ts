/** `receipt export` and `receipt verify FILE`: a chain of signed receipts, and whether one holds. Checking needs no server and no database. */
import { readFileSync } from "node:fs";
import { differencesFrom, parseVersionedSecrets, receiptFaults, receiptKeysOf, type ReceiptFault, type ReceiptKey, type SignedReceipt } from "@trunkline/keys";
import { z } from "zod";
import { UsageError, type Arguments } from "./arguments.ts";
import { actorFor } from "./operator.ts";
import type { Command } from "./resource-commands.ts";

const PAGE = 1_000;
/** As many as fit into memory and one JSON document with ease; the next export goes on after the last. */
const EXPORT_MAX = 100_000;

const key = z.object({ kid: z.string(), kty: z.literal("OKP"), crv: z.literal("Ed25519"), alg: z.literal("EdDSA"), use: z.literal("sig"), x: z.string() });
const keySet = z.object({ keys: z.array(key) });
const signed = z.object({ receipt: z.record(z.string(), z.unknown()), hash: z.string(), signature: z.string() });
/** One receipt, what `/v1/generations/{id}` answers, or an export; where a whole answer is given it is compared with what was signed. */
const single = z.union([signed.transform((receipt) => ({ receipts: [receipt], shown: null })), z.looseObject({ signed_receipt: signed }).transform((shown) => ({ receipts: [shown.signed_receipt], shown }))]);
const document = z.union([
  z.object({ data: z.array(signed) }).transform(({ data }) => ({ receipts: data, shown: null })), z.array(signed).transform((receipts) => ({ receipts, shown: null })),
  single, z.object({ data: single }).transform(({ data }) => data),
]);

export interface ReceiptVerdict {
  readonly ok: boolean; readonly receipts: number; readonly from: unknown; readonly to: unknown;
  /** `file`: the keys came with the receipts, so they prove that nothing was changed since, not who signed. */
  readonly keysFrom: "given" | "installation" | "file";
  readonly faults: readonly ReceiptFault[];
  /** Members of the answer that say something else than what was signed. */
  readonly differences: readonly string[];
}

/** `signingKeys`: the installation's own, where it is known. Throws UsageError for a file that holds no receipt. */
export async function verifyReceipts({ words, flags }: Arguments, signingKeys: string | undefined): Promise<ReceiptVerdict> {
  const file = words[2];
  if (file === undefined) throw new UsageError("name the file: receipt verify FILE [--keys FILE or address]");
  const content = parseJson(readFileSync(file === "-" ? "/dev/stdin" : file, "utf8"), file);
  const parsed = document.safeParse(content);
  if (!parsed.success) throw new UsageError(`${file} holds no signed receipt: neither one, nor an answer of /v1/generations/{id}, nor an export`);
  const { receipts, shown } = parsed.data;
  const { keys, keysFrom } = await keysFor(flags.get("keys"), signingKeys, content);
  const faults = receiptFaults(receipts, keys);
  const differences = shown === null ? [] : differencesFrom(receipts[0] as SignedReceipt, shown);
  return { ok: receipts.length > 0 && faults.length === 0 && differences.length === 0, receipts: receipts.length, from: receipts[0]?.receipt["sequence"] ?? null, to: receipts.at(-1)?.receipt["sequence"] ?? null, keysFrom, faults, differences };
}

async function keysFor(given: string | undefined, signingKeys: string | undefined, content: unknown): Promise<{ readonly keys: readonly ReceiptKey[]; readonly keysFrom: ReceiptVerdict["keysFrom"] }> {
  if (given !== undefined) {
    const text = /^https?:/.test(given) ? await (await fetch(given)).text() : readFileSync(given, "utf8");
    return { keys: keySet.parse(parseJson(text, given)).keys, keysFrom: "given" };
  }
  if (signingKeys !== undefined) return { keys: receiptKeysOf(parseVersionedSecrets(signingKeys)), keysFrom: "installation" };
  const inFile = keySet.safeParse(content);
  if (!inFile.success) throw new UsageError("--keys is missing: a file or address with the public keys, such as <gateway>/.well-known/receipt-keys.json");
  return { keys: inFile.data.keys, keysFrom: "file" };
}

function parseJson(text: string, name: string): unknown {
  try { return JSON.parse(text) as unknown; } catch { throw new UsageError(`${name} is not JSON`); }
}

/** `--after N`: from the receipt behind that sequence number. */
const exportReceipts: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const data: SignedReceipt[] = [];
  for (let after = Number(input.flags.get("after") ?? 0); ;) {
    const { receipts, keys } = await operator.db.receipts.list(actor, { after, limit: PAGE });
    data.push(...receipts);
    after = Number(data.at(-1)?.receipt["sequence"] ?? after);
    if (receipts.length < PAGE || data.length >= EXPORT_MAX) return { keys, data, has_more: receipts.length === PAGE, next_cursor: receipts.length === PAGE ? String(after) : null };
  }
};

export const RECEIPT_COMMANDS: Readonly<Record<string, Command>> = { "receipt export": exportReceipts };
