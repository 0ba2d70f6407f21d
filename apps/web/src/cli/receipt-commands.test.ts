import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CHAIN_START, createReceiptSigner, receiptKeysOf, type SignedReceipt } from "@trunkline/keys";
import { afterAll, describe, expect, it } from "vitest";
import { parseArguments, UsageError } from "./arguments.ts";
import { verifyReceipts } from "./receipt-commands.ts";

const folder = mkdtempSync(path.join(tmpdir(), "receipts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const seed = Buffer.alloc(32, 5).toString("base64");
const secrets = new Map([[1, new Uint8Array(32).fill(5)]]);
const signer = createReceiptSigner(secrets);
const sealed = (id: string, head = CHAIN_START): SignedReceipt => { const { receipt, hash, signature } = signer.seal({ id, cost_nano_usd: "5" }, { organizationId: "org_a", head }); return { receipt, hash, signature }; };
const verify = (content: unknown, ...more: string[]) => {
  writeFileSync(path.join(folder, "file.json"), JSON.stringify(content));
  return verifyReceipts(parseArguments(["receipt", "verify", path.join(folder, "file.json"), ...more]), more.includes("--keys") || more.includes("--own") ? undefined : `1:${seed}`);
};
const first = sealed("req_1");
const second = sealed("req_2", { sequence: 1, hash: first.hash });

describe("receipt verify", () => {
  it("takes one receipt, an answer of the gateway in both forms, and a chain", async () => {
    for (const content of [first, { id: "req_1", latency: 3, signed_receipt: first }, { data: { id: "req_1", signed_receipt: first } }, [first, second], { data: [first, second], keys: [] }]) expect(await verify(content)).toMatchObject({ ok: true, faults: [], differences: [] });
  });
  it("says what differs in an answer, and which receipt of a chain does not hold", async () => {
    expect(await verify({ id: "req_1", cost_nano_usd: "6", signed_receipt: first })).toMatchObject({ ok: false, faults: [], differences: ["cost_nano_usd"] });
    expect(await verify([first, { ...second, receipt: { ...second.receipt, cost_nano_usd: "0" } }])).toMatchObject({ ok: false, faults: [{ sequence: 2, id: "req_2" }] });
  });
  it("checks with keys from a file, or with those of the export, and says which", async () => {
    const keys = { keys: receiptKeysOf(secrets) };
    writeFileSync(path.join(folder, "keys.json"), JSON.stringify(keys));
    expect(await verify(first, "--keys", path.join(folder, "keys.json"))).toMatchObject({ ok: true, keysFrom: "given" });
    expect(await verify({ ...keys, data: [first] }, "--own")).toMatchObject({ ok: true, keysFrom: "file" });
    await expect(verify(first, "--own")).rejects.toBeInstanceOf(UsageError);
  });
  it("refuses a file without a receipt, one not yet signed among them, and never calls an empty export verified", async () => {
    for (const content of ["text", {}, { id: "req_1", signed_receipt: null }]) await expect(verify(content)).rejects.toBeInstanceOf(UsageError);
    expect((await verify({ data: [] })).ok).toBe(false);
  });
});
