import type { UsageEvent } from "@trunkline/contracts";
import { describe, expect, it } from "vitest";
import { replay, type ReplayOptions } from "./meter.ts";
import { eventPayloadText, type HeldIn } from "./spool-records.ts";
import type { Recovered } from "./spool.ts";

const location = (offset: number) => ({ segment: "s", offset, length: 1 });
const event = (id: string): UsageEvent => ({ id, chargeNanoUsd: "70" }) as UsageEvent;
const left = (id: string, held: HeldIn, offset: number): Recovered => ({ record: { kind: "event", payload: { event: event(id), ...held }, offset, length: 1 }, location: location(offset) });

function options(epoch: string, texts: readonly string[] = []) {
  const told: string[] = [];
  let empty: () => Promise<void> = () => Promise.resolve();
  const given = {
    now: () => 0, storeEpoch: () => epoch, onEvent: () => undefined,
    spool: { append: () => Promise.resolve(location(0)), readTexts: (locations: readonly { readonly offset: number }[]) => Promise.resolve(locations.map(({ offset }) => texts[offset] ?? null)) },
    shipper: { enqueue: () => undefined, unconfirmed: () => texts.map((_text, offset) => location(offset)) },
    kv: {
      askEpoch: () => Promise.resolve(epoch), onEmptied: (announce: () => Promise<void>) => { empty = announce; },
      settle: (lines: readonly { key: string }[], id: string, spent: readonly bigint[]) => { told.push(`settle ${lines.map(({ key }) => key).join("+")} ${id} ${spent.join(" and ")}`); return Promise.resolve(); },
      announceSpent: (lines: readonly { key: string }[], id: string, spent: readonly bigint[]) => { told.push(`announce ${lines.map(({ key }) => key).join("+")} ${id} ${spent.join(" and ")}`); return Promise.resolve(); },
    },
  } satisfies ReplayOptions;
  return { given, told, empty: () => empty() };
}

describe("taking up an earlier process's spool", () => {
  it("settles what the store still holds, and tells anew what it was emptied of", async () => {
    const { given, told } = options("new");
    await replay([left("a", { budgetKeys: ["x"], storeEpoch: "new" }, 0), left("b", { budgetKeys: ["x", "y"], storeEpoch: "old" }, 1), left("c", { budgetKeys: [], storeEpoch: null }, 2)], given);
    expect(told).toEqual(["settle x a 70", "announce x+y b 70 and 70"]);
  });

  it("tells a store that is emptied later of all that budgets paid for and nobody confirmed", async () => {
    const text = (id: string, held: HeldIn): string => eventPayloadText(JSON.stringify(event(id)), held);
    const { given, told, empty } = options("new", [text("a", { budgetKeys: ["x"], storeEpoch: "new" }), text("free", { budgetKeys: [], storeEpoch: null })]);
    await replay([], given);
    expect(told).toEqual([]);
    await empty();
    expect(told).toEqual(["announce x a 70"]);
  });
});
