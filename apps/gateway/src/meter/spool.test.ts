import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Spool } from "./spool.ts";

const dirs: string[] = [];
const freshDir = (): string => { const dir = fs.mkdtempSync(path.join(os.tmpdir(), "trunkline-spool-")); dirs.push(dir); return dir; };
afterEach(() => { for (const dir of dirs.splice(0)) fs.rmSync(dir, { recursive: true }); });
const openSpool = (dir: string, bytesMax = 1_000_000) => Spool.open({ dir, bytesMax, now: () => 1, onFault: () => undefined });
const event = (id: string) => ({ event: { id }, budgetKeys: [] });

describe("the spool", () => {
  it("holds a record on disk once its promise has resolved", async () => {
    const dir = freshDir();
    const { spool } = openSpool(dir);
    await spool.append("event", "a", JSON.stringify(event("a")));
    const { recovered } = openSpool(dir);
    expect(recovered.map(({ record }) => record.payload)).toEqual([event("a")]);
    spool.close();
  });
  it("syncs what a full segment holds before it leaves it for the next", async () => {
    const synced = vi.spyOn(fs, "fdatasync");
    const { spool } = openSpool(freshDir(), 20_000_000);
    const text = JSON.stringify({ ...event("a"), filler: "x".repeat(5 * 1024 * 1024) });
    await spool.append("event", "a", text);
    await spool.append("event", "b", JSON.stringify(event("b")));
    expect(synced).toHaveBeenCalledTimes(1);
    spool.close();
    synced.mockRestore();
  });
  it("reads records back by their locations, in the order asked for, and null for what is gone or damaged", async () => {
    const dir = freshDir();
    const { spool } = openSpool(dir);
    const [first, second, third] = await Promise.all(["a", "Zoë", "c"].map((id) => spool.append("event", id, JSON.stringify(event(id)))));
    if (!first || !second || !third) throw new Error("nothing was appended");
    const file = path.join(dir, first.segment);
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"c"', '"d"'));
    expect(await spool.readTexts([second, first, third, { ...first, segment: "gone.spool" }])).toEqual([JSON.stringify(event("Zoë")), JSON.stringify(event("a")), null, null]);
    spool.close();
  });
  it("deletes a segment when every event in it is confirmed, and not before", async () => {
    const dir = freshDir();
    const { spool } = openSpool(dir);
    const [a, b] = await Promise.all([spool.append("event", "a", JSON.stringify(event("a"))), spool.append("event", "b", JSON.stringify(event("b")))]);
    spool.confirm(a);
    spool.close();
    expect(openSpool(dir).recovered.length).toBe(2);
    const { spool: later } = openSpool(dir);
    later.confirm(a);
    later.confirm(b);
    later.close();
    expect(fs.readdirSync(dir).filter((file) => file.endsWith(".spool"))).toEqual([]);
  });
  it("keeps the segment of a stream that has not ended", async () => {
    const dir = freshDir();
    const { spool } = openSpool(dir);
    const [, location] = await Promise.all([spool.append("open", "s", JSON.stringify({ draft: { id: "s" } })), spool.append("event", "a", JSON.stringify(event("a")))]);
    spool.confirm(location);
    spool.close();
    expect(openSpool(dir).recovered.length).toBe(2);
  });
  it("says that it has no room before the bound is passed", async () => {
    const { spool } = openSpool(freshDir(), 20_000);
    expect(spool.hasRoom).toBe(true);
    await spool.append("event", "a", JSON.stringify({ ...event("a"), fill: "x".repeat(5_000) }));
    expect(spool.hasRoom).toBe(false);
    spool.close();
  });
  it("refuses a folder that another living process holds", () => {
    const dir = freshDir();
    fs.writeFileSync(path.join(dir, "owner"), `${process.ppid} ${fs.readFileSync(`/proc/${process.ppid}/stat`, "latin1").replace(/^.*\) /, "").split(" ")[19]}\n`);
    expect(() => openSpool(dir)).toThrow(/in use by process/);
  });
});
