import type { JobPayloads } from "@trunkline/contracts";
import pg from "pg";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createConsumer } from "./consumer.ts";
import { migrateQueue } from "./migrate-queue.ts";
import { createProducer } from "./producer.ts";
import { openLine } from "./tcp-line.fixture.ts";
import { usageEvent } from "./usage-event.fixture.ts";

const databaseUrl = process.env["DATABASE_URL"] ?? "";
const redisUrl = process.env["REDIS_URL"] ?? "";
if (!databaseUrl || !redisUrl) throw new Error("DATABASE_URL and REDIS_URL are needed: these tests use real stores");
const WAIT_MS = 15_000;
/** Node warns of a leak above 10 listeners of one event. */
const LISTENERS_WARNED_OF = 12;

type Batch = JobPayloads["usage.ingest-events"];
const batch = (name: string): Batch => ({ batchId: `bat_${name}_${process.pid}_${Date.now()}`, events: [usageEvent(`req_${name}`)] });

beforeAll(async () => {
  const version = await migrateQueue(databaseUrl);
  expect(await migrateQueue(databaseUrl)).toBe(version);
});

describe.each([{ form: "redis", store: { redisUrl, databaseUrl } }, { form: "postgres", store: { databaseUrl } }])("queue over $form", ({ store }) => {
  const open: { close(): Promise<void> }[] = [];
  const track = <Opened extends { close(): Promise<void> }>(opened: Opened): Opened => { open.push(opened); return opened; };
  afterEach(async () => { for (const opened of open.splice(0).reverse()) await opened.close(); });

  function consume(onBatch: (payload: Batch) => Promise<void>, onMeter: () => Promise<void> = () => Promise.resolve()) {
    const onError = vi.fn();
    track(createConsumer({ ...store, handlers: { "usage.ingest-events": onBatch, "billing.report-meter-events": onMeter, "catalog.sync-prices": () => Promise.resolve(), "response.remove-expired": () => Promise.resolve(), "alert.evaluate-rules": () => Promise.resolve(), "preset.judge-canaries": () => Promise.resolve(), "preset.run-drills": () => Promise.resolve() }, onError, concurrency: 4 }));
    return onError;
  }

  it("processes a job once, though it was added twice under one id", async () => {
    const producer = track(createProducer(store));
    const sent = batch("once");
    await producer.add("usage.ingest-events", sent, { jobId: sent.batchId });
    await producer.add("usage.ingest-events", sent, { jobId: sent.batchId });
    const seen: Batch[] = [];
    consume((payload) => { if (payload.batchId === sent.batchId) seen.push(payload); return Promise.resolve(); });
    const last = batch("last");
    const lastSeen = vi.fn();
    consume((payload) => { if (payload.batchId === last.batchId) lastSeen(); if (payload.batchId === sent.batchId) seen.push(payload); return Promise.resolve(); });
    await producer.add("usage.ingest-events", sent, { jobId: sent.batchId });
    await vi.waitFor(() => expect(seen).toEqual([sent]), WAIT_MS);
    await vi.waitFor(async () => expect(await producer.backlog("usage.ingest-events")).toBe(0), WAIT_MS);
    expect(seen).toHaveLength(1);
  });

  it("tries a job again after its handler failed, and says so", async () => {
    const producer = track(createProducer(store));
    const sent = batch("retry");
    let calls = 0;
    const onError = consume((payload) => {
      if (payload.batchId !== sent.batchId) return Promise.resolve();
      return ++calls === 1 ? Promise.reject(new Error("database away")) : Promise.resolve();
    });
    await producer.add("usage.ingest-events", sent, { jobId: sent.batchId });
    await vi.waitFor(() => expect(calls).toBe(2), WAIT_MS);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: "database away" }), { name: "usage.ingest-events", jobId: sent.batchId, final: false });
  });

  it("gives a job up at once when its payload can never pass, and takes the same id again", async () => {
    const producer = track(createProducer(store));
    const sent = batch("poison");
    const onError = consume(() => Promise.resolve());
    for (const time of [1, 2]) {
      await producer.add("usage.ingest-events", { ...sent, events: [] }, { jobId: sent.batchId });
      await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(time), WAIT_MS);
      expect(onError).toHaveBeenLastCalledWith(expect.anything(), { name: "usage.ingest-events", jobId: sent.batchId, final: true });
    }
  });

  it("runs a scheduled job again and again, once over two consumers", async () => {
    const producer = track(createProducer(store));
    const runs = vi.fn(() => Promise.resolve());
    consume(() => Promise.resolve(), runs);
    consume(() => Promise.resolve(), runs);
    // A run arranges its successor as it starts: an interval moved in that very moment holds from the run after, hence two short ones.
    await producer.upsertScheduler("billing.report-meter-events", 600);
    await producer.upsertScheduler("billing.report-meter-events", 400);
    await vi.waitFor(() => expect(runs.mock.calls.length).toBeGreaterThanOrEqual(3), WAIT_MS);
    await producer.upsertScheduler("billing.report-meter-events", 3_600_000);
  });
});

describe.each([{ form: "redis", key: "redisUrl", target: redisUrl }, { form: "postgres", key: "databaseUrl", target: databaseUrl }])("queue over $form through an outage", ({ key, target }) => {
  it("takes jobs again, and processes them, once its store is back", async () => {
    const line = await openLine(target);
    const store = { databaseUrl, [key]: line.url };
    const producer = createProducer(store);
    const ids: string[] = [];
    const consumer = createConsumer({ ...store, concurrency: 1, onError: () => {}, handlers: { "usage.ingest-events": (payload) => { ids.push(payload.batchId); return Promise.resolve(); }, "billing.report-meter-events": () => Promise.resolve(), "catalog.sync-prices": () => Promise.resolve(), "response.remove-expired": () => Promise.resolve(), "alert.evaluate-rules": () => Promise.resolve(), "preset.judge-canaries": () => Promise.resolve(), "preset.run-drills": () => Promise.resolve() } });
    const before = batch("before");
    await producer.add("usage.ingest-events", before, { jobId: before.batchId });
    await vi.waitFor(() => expect(ids).toContain(before.batchId), WAIT_MS);
    line.cut();
    await expect(producer.add("usage.ingest-events", batch("lost"))).rejects.toMatchObject({ name: "DependencyUnavailable" });
    await line.restore();
    const after = batch("after");
    await vi.waitFor(() => producer.add("usage.ingest-events", after, { jobId: after.batchId }), WAIT_MS);
    await vi.waitFor(() => expect(ids).toContain(after.batchId), { timeout: 20_000 });
    await consumer.close();
    await producer.close();
    line.cut();
  });

  it("processes jobs when its store came up after the consumer, which did not spin meanwhile", async () => {
    const line = await openLine(target);
    line.cut();
    const onError = vi.fn();
    const ids: string[] = [];
    const consumer = createConsumer({ databaseUrl, [key]: line.url, concurrency: 1, onError, handlers: { "usage.ingest-events": (payload) => { ids.push(payload.batchId); return Promise.resolve(); }, "billing.report-meter-events": () => Promise.resolve(), "catalog.sync-prices": () => Promise.resolve(), "response.remove-expired": () => Promise.resolve(), "alert.evaluate-rules": () => Promise.resolve(), "preset.judge-canaries": () => Promise.resolve(), "preset.run-drills": () => Promise.resolve() } });
    await line.restore();
    // It takes connections and drops them: no refusal, and no Postgres or Redis either.
    line.drop(true);
    await vi.waitFor(() => expect(line.dropped).toBeGreaterThan(20), { timeout: WAIT_MS });
    expect(onError.mock.calls.length).toBeLessThan(10 * line.dropped);
    line.drop(false);
    const producer = createProducer({ databaseUrl, [key]: line.url });
    const after = batch("later");
    await vi.waitFor(() => producer.add("usage.ingest-events", after, { jobId: after.batchId }), WAIT_MS);
    await vi.waitFor(() => expect(ids).toContain(after.batchId), { timeout: 20_000 });
    await consumer.close();
    await producer.close();
    line.cut();
  }, 60_000);

  it("takes jobs when its store came up after the producer", async () => {
    const line = await openLine(target);
    line.cut();
    const producer = createProducer({ databaseUrl, [key]: line.url });
    await expect(producer.add("billing.report-meter-events", {})).rejects.toMatchObject({ name: "DependencyUnavailable" });
    await line.restore();
    await vi.waitFor(() => producer.add("billing.report-meter-events", {}), WAIT_MS);
    await producer.close();
    line.cut();
  });
});

describe("a producer in a database that has no queue yet", () => {
  it("refuses each job at once, quietly, and takes the next one when the queue's schema is there", async () => {
    const name = `no_queue_${process.pid}_${Date.now()}`;
    const admin = new pg.Client({ connectionString: databaseUrl });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    const url = new URL(databaseUrl);
    url.pathname = `/${name}`;
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => { warnings.push(warning.name); };
    process.on("warning", onWarning);
    const producer = createProducer({ databaseUrl: url.href });
    try {
      for (let time = 0; time < LISTENERS_WARNED_OF; time++) await expect(producer.add("billing.report-meter-events", {})).rejects.toMatchObject({ name: "DependencyUnavailable", dependency: "postgres" });
      await migrateQueue(url.href);
      await producer.add("billing.report-meter-events", {});
      expect(await producer.backlog("billing.report-meter-events")).toBe(1);
      expect(warnings).toEqual([]);
    } finally {
      process.off("warning", onWarning);
      await producer.close();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    }
  });
});

describe("a queue whose store is away", () => {
  it.each([
    { dependency: "redis", store: { redisUrl: "redis://127.0.0.1:1", databaseUrl } },
    { dependency: "postgres", store: { databaseUrl: "postgresql://nobody@127.0.0.1:1/none" } },
  ])("fails to add within 4 seconds and names $dependency", async ({ dependency, store }) => {
    const producer = createProducer(store);
    const startedAt = performance.now();
    await expect(producer.add("billing.report-meter-events", {})).rejects.toMatchObject({ name: "DependencyUnavailable", dependency });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await producer.close();
  });
});
