// The gateway's half of `bench metering`: its own spool and shipper, fed with made-up usage as fast as they take it and then at a steady
// pace, while a reader of the database watches when each event shows in the rollups. Prints one JSON object; booking is the worker's.
import { createGatewayDb } from "@trunkline/db/gateway";
import { createProducer, deflateLines } from "@trunkline/queue";
import pg from "pg";
import { Shipper, type EventText } from "../src/meter/shipper.ts";
import { Spool } from "../src/meter/spool.ts";
import { eventPayloadText, NOTHING_HELD } from "../src/meter/spool-records.ts";
import { madeUsage, MADE_ORGANIZATION as ORGANIZATION } from "./made-usage.ts";

const KEYS = 20;
/** As many as one tick of a busy gateway writes at once. */
const TICK_EVENTS = 250;
/** A steady 100 events a second for ten seconds. */
const PACED_BATCHES = 100;
const PACED_EVENTS = 10;
const PACED_EVERY_MS = 100;
const POLL_MS = 20;
const SHOWN_TIMEOUT_MS = 300_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
};

const databaseUrl = required("DATABASE_URL");
const redisUrl = process.env["REDIS_URL"];
const events = Number(process.argv[2]);
const client = new pg.Client({ connectionString: databaseUrl });
await client.connect();
const db = createGatewayDb({ databaseUrl, poolMax: 2 });
const producer = createProducer({ databaseUrl, ...(redisUrl ? { redisUrl } : {}) });
const { spool } = Spool.open({ dir: required("SPOOL_DIR"), bytesMax: 4 * 1024 ** 3, now: Date.now, onFault: (message) => console.error(message) });
const shipper = new Shipper({ spool, producer, confirmGenerations: (ids) => db.confirmGenerations(ids), pack: deflateLines, now: Date.now, onFault: (message) => console.error(message) });

async function append(batch: readonly EventText[]): Promise<void> {
  await Promise.all(batch.map(async (event) => {
    const location = await spool.append("event", event.id, eventPayloadText(event.json, NOTHING_HELD));
    shipper.enqueue(event, location);
  }));
}

/** Events of each key that the rollups show. */
async function shown(): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ key: string; requests: number }>(`SELECT "apiKeyId" AS key, sum(requests)::int AS requests FROM usage_rollup WHERE "organizationId" = $1 GROUP BY 1`, [ORGANIZATION]);
  return new Map(rows.map((row) => [row.key, row.requests]));
}

/** From the first append to the last sum. The events are made before the clock starts: making them is the work of a request, not of the way from the spool. */
async function flood(): Promise<{ eventsPerSecond: number; seconds: number }> {
  const made = Array.from({ length: events }, (_, index) => madeUsage(index, `key_${index % KEYS}`));
  const began = performance.now();
  for (let at = 0; at < events; at += TICK_EVENTS) await append(made.slice(at, at + TICK_EVENTS));
  const deadline = began + SHOWN_TIMEOUT_MS;
  while ([...(await shown()).values()].reduce((sum, count) => sum + count, 0) < events && performance.now() < deadline) await pause(POLL_MS);
  const seconds = (performance.now() - began) / 1000;
  return { eventsPerSecond: Math.round(events / seconds), seconds };
}

/** From the call's event being made to its batch showing whole. */
async function paced(): Promise<readonly number[]> {
  const waiting = new Map<string, number>();
  const lags: number[] = [];
  const watch = (async () => {
    const deadline = performance.now() + SHOWN_TIMEOUT_MS;
    while (lags.length < PACED_BATCHES && performance.now() < deadline) {
      const counts = await shown();
      for (const [key, madeAt] of waiting) if ((counts.get(key) ?? 0) >= PACED_EVENTS) { lags.push(performance.now() - madeAt); waiting.delete(key); }
      await pause(POLL_MS);
    }
  })();
  for (let batch = 0; batch < PACED_BATCHES; batch++) {
    const key = `paced_${batch}`;
    waiting.set(key, performance.now());
    await append(Array.from({ length: PACED_EVENTS }, (_, index) => madeUsage(index, key)));
    await pause(PACED_EVERY_MS);
  }
  await watch;
  return lags.sort((a, b) => a - b);
}

const speed = await flood();
const lags = await paced();
const total = events + PACED_BATCHES * PACED_EVENTS;
const { rows: [booked] } = await client.query<{ rows: number; sums: number; ledger: number }>(
  `SELECT (SELECT count(*)::int FROM generation WHERE "organizationId" = $1) AS rows, (SELECT sum(requests)::int FROM usage_rollup WHERE "organizationId" = $1) AS sums, (SELECT count(*)::int FROM ledger_transaction WHERE "organizationId" = $1) AS ledger`, [ORGANIZATION]);
const quantile = (share: number): number => Math.round(lags[Math.min(lags.length - 1, Math.floor(share * lags.length))] ?? Number.NaN);
const unshown = PACED_BATCHES - lags.length;
console.log(JSON.stringify({ ...speed, events: total, booked, unshown, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), memoryMb: Math.round(process.memoryUsage.rss() / 1e6) }));
await shipper.close();
spool.close();
await Promise.allSettled([producer.close(), db.close(), client.end()]);
process.exit(0);
