import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Shipper } from "./shipper.ts";
import { eventPayloadText, eventTextOf, NOTHING_HELD } from "./spool-records.ts";

beforeEach(() => { vi.useFakeTimers({ now: 0 }); });
afterEach(() => { vi.useRealTimers(); });

function start() {
  const sent: { readonly atMs: number; readonly ids: readonly string[] }[] = [];
  const stored = new Set<string>();
  const confirmed: number[] = [];
  const state = { queueAway: false };
  const shipper = new Shipper({
    spool: { readTexts: (locations) => Promise.resolve(locations.map(({ offset }) => eventPayloadText(`{"id":"req_${offset}"}`, NOTHING_HELD))), confirm: ({ offset }) => confirmed.push(offset) },
    producer: {
      add: (_name, payload) => {
        if (state.queueAway) return Promise.reject(new Error("away"));
        const lines = "deflated" in payload ? String(payload.deflated).split("\n") : [];
        sent.push({ atMs: Date.now(), ids: lines.map((line) => (JSON.parse(line) as { id: string }).id) });
        return Promise.resolve();
      },
    },
    confirmGenerations: (ids) => Promise.resolve(new Set(ids.filter((id) => stored.has(id)))),
    pack: (lines) => Promise.resolve(lines.join("\n")), now: Date.now, onFault: () => undefined,
  });
  let count = 0;
  const enqueue = (events: number): void => {
    for (let index = 0; index < events; index++) { const id = `req_${count}`; shipper.enqueue({ id, json: JSON.stringify({ id }) }, { segment: "s.spool", offset: count++, length: 1 }); }
  };
  return { shipper, sent, stored, confirmed, state, enqueue };
}

describe("the shipper", () => {
  it("sends an idle gateway's event at once, and a busy one's in company", async () => {
    const { sent, enqueue } = start();
    enqueue(1);
    await vi.advanceTimersByTimeAsync(50);
    enqueue(20);
    await vi.advanceTimersByTimeAsync(50);
    enqueue(5);
    await vi.advanceTimersByTimeAsync(249);
    enqueue(5);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.map(({ atMs, ids }) => [atMs, ids.length])).toEqual([[50, 1], [100, 20], [350, 10]]);
  });
  it("never sends more than a batch at a time, and leaves none behind", async () => {
    const { sent, enqueue } = start();
    enqueue(4_100);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.map(({ ids }) => ids.length)).toEqual([2_000, 2_000, 100]);
    expect(new Set(sent.flatMap(({ ids }) => ids)).size).toBe(4_100);
  });
  it("sends what no longer fits into memory as the spool holds it, in its order", async () => {
    const { sent, enqueue } = start();
    enqueue(12_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent.flatMap(({ ids }) => ids)).toEqual(Array.from({ length: 12_000 }, (_, index) => `req_${index}`));
  });
  it("finds the event's own text in its record, whatever the event says, and in records of another form", () => {
    const json = JSON.stringify({ id: "req_1", endUser: '","budgetKeys":["x"]}' });
    expect(eventTextOf(eventPayloadText(json, { budgetKeys: ["budget"], storeEpoch: "one" }))).toBe(json);
    expect(eventTextOf(`{"budgetKeys":[],"event":${json}}`)).toBe(json);
  });
  it("tries again while the queue is away, and loses nothing", async () => {
    const { sent, state, enqueue } = start();
    state.queueAway = true;
    enqueue(3);
    await vi.advanceTimersByTimeAsync(2_000);
    state.queueAway = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent.map(({ ids }) => ids)).toEqual([["req_0", "req_1", "req_2"]]);
  });
  it("lets go of an event when Postgres has it, and sends it again when it does not come", async () => {
    const { shipper, sent, stored, confirmed, enqueue } = start();
    enqueue(2);
    stored.add("req_0");
    await vi.advanceTimersByTimeAsync(2_000);
    expect([confirmed, shipper.backlog]).toEqual([[0], 1]);
    await vi.advanceTimersByTimeAsync(62_000);
    expect(sent.map(({ ids }) => ids)).toEqual([["req_0", "req_1"], ["req_1"]]);
  });
  it("lets go of thousands of events within a second of their arrival", async () => {
    const { shipper, stored, enqueue } = start();
    enqueue(5_000);
    await vi.advanceTimersByTimeAsync(500);
    for (let index = 0; index < 5_000; index++) stored.add(`req_${index}`);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shipper.backlog).toBe(0);
  });
  it("sends nothing twice that waits behind a slow worker, however long it waits", async () => {
    const { shipper, sent, stored, enqueue } = start();
    enqueue(6_000);
    for (let second = 0; second < 120; second++) {
      for (let index = 0; index < 50; index++) stored.add(`req_${second * 50 + index}`);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent.flatMap(({ ids }) => ids).length).toBe(6_000);
    expect(shipper.backlog).toBe(0);
  });
  it("sends again what others have overtaken", async () => {
    const { sent, stored, enqueue } = start();
    enqueue(1);
    for (let second = 0; second < 70; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      enqueue(1);
      stored.add(`req_${second + 1}`);
    }
    expect(sent.flatMap(({ ids }) => ids).filter((id) => id === "req_0").length).toBe(2);
  });
  it("sends ever fewer copies while no worker takes any", async () => {
    const { sent, enqueue } = start();
    enqueue(1);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(sent.length).toBe(6);
  });
});
