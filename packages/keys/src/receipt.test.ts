import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHAIN_START, canonicalJson, createReceiptSigner, differencesFrom, digestOf, receiptFaults, receiptKeysOf, type SignedReceipt } from "./receipt.ts";

const secrets = new Map([[1, new Uint8Array(32).fill(7)]]);
const signer = createReceiptSigner(secrets);
const keys = receiptKeysOf(secrets);

function chain(length: number): SignedReceipt[] {
  let head = CHAIN_START;
  return Array.from({ length }, (_, index) => {
    const { receipt, hash, signature } = signer.seal({ id: `req_${index}`, cost_nano_usd: String(index * 7), usage_classes: { input_tokens: index }, losses: ["top_k"], provider: null }, { organizationId: "org_a", head });
    head = { sequence: head.sequence + 1, hash };
    return { receipt, hash, signature };
  });
}
const throughJson = (receipts: readonly SignedReceipt[]): SignedReceipt[] => JSON.parse(JSON.stringify(receipts)) as SignedReceipt[];

describe("receipts", () => {
  it("hold after any way through JSON, whole or from the middle", () => {
    const receipts = throughJson(chain(6));
    expect(receiptFaults(receipts, keys)).toEqual([]);
    expect(receiptFaults(receipts.slice(2, 5), keys)).toEqual([]);
  });
  it("sign the same bytes in whatever order the members come", () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (facts) => {
      const reversed = Object.fromEntries(Object.entries(JSON.parse(JSON.stringify(facts)) as object).reverse());
      expect(canonicalJson(reversed)).toBe(canonicalJson(JSON.parse(JSON.stringify(facts))));
      expect(JSON.parse(canonicalJson(facts))).toEqual(JSON.parse(JSON.stringify(facts)));
    }));
  });
  it("show every change of a member, of the hash and of the signature", () => {
    const [first] = chain(1) as [SignedReceipt];
    for (const name of Object.keys(first.receipt)) expect(receiptFaults([{ ...first, receipt: { ...first.receipt, [name]: "other" } }], keys), name).toHaveLength(1);
    expect(receiptFaults([{ ...first, hash: "00" }], keys)[0]?.fault).toContain("hash is 00");
    expect(receiptFaults([{ ...first, signature: "AA" }], keys)[0]?.fault).toContain("signature does not fit");
    expect(receiptFaults([{ ...first, receipt: { ...first.receipt, added: 1 } }], keys)).toHaveLength(1);
  });
  it("show a receipt left out, doubled, moved or of another chain", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), (at) => {
      const receipts = chain(6);
      expect(receiptFaults(receipts.toSpliced(at, 1), keys)[0]?.fault).toContain("missing");
      expect(receiptFaults(receipts.toSpliced(at, 0, receipts[at] as SignedReceipt), keys).map(({ fault }) => fault).join()).toContain("already");
      expect(receiptFaults(receipts.toSpliced(at, 2, receipts[at + 1] as SignedReceipt, receipts[at] as SignedReceipt), keys)).not.toEqual([]);
      const fork = signer.seal({ id: "req_fork" }, { organizationId: "org_a", head: { sequence: at, hash: "f".repeat(64) } });
      expect(receiptFaults(receipts.toSpliced(at, 1, fork), keys)[0]?.fault).toContain("replaced");
    }), { numRuns: 10 });
  });
  it("hold only under a key that was published", () => {
    expect(receiptFaults(chain(1), receiptKeysOf(new Map([[1, new Uint8Array(32).fill(9)]])))[0]?.fault).toContain("not among the keys");
    expect(receiptFaults(chain(1), receiptKeysOf(new Map([...secrets, [2, new Uint8Array(32).fill(9)]])))).toEqual([]);
  });
  it("name what an answer states differently from what was signed", () => {
    const decision = { candidates: [{ provider: "openai", score: 0.25 }] };
    const signed = signer.seal({ id: "req_1", cost_nano_usd: "5", attempts: [{ provider: "openai", cost_nano_usd: "4" }], decision_digest: digestOf(canonicalJson(decision)) }, { organizationId: "org_a", head: CHAIN_START });
    expect(differencesFrom(signed, { id: "req_1", cost_nano_usd: "5", latency: 3, attempts: [{ provider: "openai", cost_nano_usd: "4", message: null }], decision })).toEqual([]);
    expect(differencesFrom(signed, { attempts: [{ provider: "openai", cost_nano_usd: "3" }] })).toEqual(["attempts"]);
    expect(differencesFrom(signed, { attempts: [] })).toEqual(["attempts"]);
    expect(differencesFrom(signed, { id: "req_1", cost_nano_usd: "6", decision: { candidates: [] } })).toEqual(["cost_nano_usd", "decision"]);
  });
});
