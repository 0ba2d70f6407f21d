import { connect } from "node:net";
import { createConsumer, createProducer } from "@trunkline/queue";
import { afterEach, expect, it, vi } from "vitest";
import { joinQueue } from "./join-queue.ts";

const { DATABASE_URL, REDIS_URL } = process.env;
if (!DATABASE_URL || !REDIS_URL) throw new Error("DATABASE_URL and REDIS_URL are needed: this test empties a Redis database of its own");
const WAIT_MS = 15_000;
/** Apart from what other tests keep. */
const DATABASE = 7;
const redisUrl = new URL(`/${DATABASE}`, REDIS_URL).href;
function empty(): Promise<void> {
  const { hostname, port } = new URL(redisUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`SELECT ${DATABASE}\r\nFLUSHDB\r\nQUIT\r\n`));
    socket.on("error", reject).on("close", () => resolve()).resume();
  });
}
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const stop of stops.splice(0).reverse()) await stop(); });

it("goes on with what runs by the clock after Redis was emptied under it, without a restart", async () => {
  const store = { redisUrl, databaseUrl: DATABASE_URL };
  const producer = createProducer(store);
  stops.push(() => producer.close());
  const [ticked, warn] = [vi.fn(() => Promise.resolve()), vi.fn<(fields: { readonly job?: string }, text: string) => void>()];
  const nothing = (): Promise<void> => Promise.resolve();
  const start = () => createConsumer({ ...store, concurrency: 1, onError: () => {}, handlers: { "usage.ingest-events": nothing, "billing.report-meter-events": ticked, "catalog.sync-prices": nothing, "response.remove-expired": nothing, "alert.evaluate-rules": nothing, "preset.judge-canaries": nothing, "preset.run-drills": nothing } });
  const log = { info: vi.fn(), warn, error: vi.fn() };
  const setAgain = (): readonly string[] => warn.mock.calls.flatMap(([{ job }]) => (job === undefined ? [] : [job]));
  const joined = joinQueue({ env: { ...store, billingTickMs: 100, catalogSyncMs: 3_600_000, alertTickMs: 3_600_000 }, producer, log, isDraining: () => false, start, lookMs: 200 });
  stops.push(() => joined.close());
  await vi.waitFor(() => expect(ticked.mock.calls.length).toBeGreaterThan(1), WAIT_MS);
  expect(setAgain()).toEqual([]);
  await empty();
  await vi.waitFor(() => expect(setAgain()).toEqual(expect.arrayContaining(["billing.report-meter-events", "catalog.sync-prices", "alert.evaluate-rules", "response.remove-expired", "preset.judge-canaries", "preset.run-drills"])), WAIT_MS);
  const before = ticked.mock.calls.length;
  await vi.waitFor(() => expect(ticked.mock.calls.length).toBeGreaterThan(before + 2), WAIT_MS);
  expect(setAgain(), "each of them once").toHaveLength(new Set(setAgain()).size);
});
