import { CircuitBook, type CircuitKey } from "@trunkline/router-core";
import { describe, expect, it } from "vitest";
import { SharedHealth } from "./shared-health.ts";

const key: CircuitKey = { provider: "openai", model: "openai/gpt-5", credentialOwner: "platform" };
const fault = { ok: false, failure: { class: "server_error", status: 500, publicMessage: "", retryAfterMs: null } } as const;

/** Gateways on one bus that delivers at once, to the sender too. */
function gateways(count: number) {
  let nowMs = 1_000_000;
  const sent: string[] = [];
  const hear: ((id: string) => void)[] = [];
  const publish = (_topic: string, id: string): Promise<void> => { sent.push(id); for (const listener of hear) listener(id); return Promise.resolve(); };
  const books = Array.from({ length: count }, () => {
    const shared = new SharedHealth({ kv: { publish }, now: () => nowMs });
    const book = new CircuitBook({ jitter: () => 0, onChange: (changed, openForMs) => shared.tell(changed, openForMs) });
    hear.push((id) => shared.hear(id, book));
    return book;
  });
  return { books, sent, hear, at: () => nowMs, wait: (ms: number) => { nowMs += ms; } };
}

describe("gateways that share their health", () => {
  it("leave a provider alone that one of them found bad, and come back to it when one of them was served", () => {
    const { books: [one, two], sent, at, wait } = gateways(2);
    for (let faults = 0; faults < 5; faults++) one?.record(key, fault, at());
    expect([one?.state(key, at()), two?.state(key, at()), sent.length]).toEqual(["open", "open", 1]);
    wait(5_000);
    expect(two?.state(key, at())).toBe("half_open");
    two?.record(key, { ok: true, timeToFirstTokenMs: 100, tokensPerSecond: null }, at());
    expect([one?.state(key, at()), two?.state(key, at()), sent.length]).toEqual(["closed", "closed", 2]);
  });
  it("share a refused platform credential, for every model of the provider", () => {
    const { books: [one, two], at } = gateways(2);
    one?.record(key, { ok: false, failure: { ...fault.failure, class: "credential_rejected" } }, at());
    expect(two?.state({ ...key, model: "openai/other" }, at())).toBe("open");
  });
  it("keep what an organization's own key met to themselves", () => {
    const { books: [one, two], sent, at } = gateways(2);
    const own = { ...key, credentialOwner: "crd_1" };
    for (let faults = 0; faults < 5; faults++) one?.record(own, fault, at());
    expect([one?.state(own, at()), two?.state(own, at()), sent]).toEqual(["open", "closed", []]);
  });
  it("learn for themselves where no message arrives, and pass over what they do not understand", () => {
    const { books: [one], hear, at } = gateways(1);
    for (const id of ["", "{}", "[1]", '["x","openai","openai/gpt-5",-1]', '["x","openai","openai/gpt-5","soon"]']) hear[0]?.(id);
    expect(one?.state(key, at())).toBe("closed");
    hear[0]?.('["x","openai","openai/gpt-5",1e12]');
    expect(one?.state(key, at() + 300_001)).toBe("half_open");
  });
});
