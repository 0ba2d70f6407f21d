// The gateway's half of `bench metering` while the database is away: its own spool, shipper and producer, fed until as many events wait as are asked for.
// Prints one JSON object: what the memory and the spool grew by. Nothing listens at the address that it is given.
import { createGatewayDb } from "@trunkline/db/gateway";
import { createProducer, deflateLines } from "@trunkline/queue";
import { setTimeout } from "node:timers/promises";
import { Shipper } from "../src/meter/shipper.ts";
import { Spool } from "../src/meter/spool.ts";
import { eventPayloadText, NOTHING_HELD } from "../src/meter/spool-records.ts";
import { madeUsage } from "./made-usage.ts";

const NOWHERE = "postgresql://nobody@127.0.0.1:1/none";
const TICK_EVENTS = 250;
/** Fed before anything counts: by then the texts that are kept in memory are there, and the code has settled. */
const BEFORE_EVENTS = 20_000;
/** What is asked of a producer that cannot answer is over by then. */
const SETTLE_MS = 3_500;

const events = Number(process.argv[2]);
const { spool } = Spool.open({ dir: process.env["SPOOL_DIR"] ?? "", bytesMax: 4 * 1024 ** 3, now: Date.now, onFault: (message) => console.error(message) });
const producer = createProducer({ databaseUrl: NOWHERE });
const db = createGatewayDb({ databaseUrl: NOWHERE, poolMax: 1 });
const shipper = new Shipper({ spool, producer, confirmGenerations: (ids) => db.confirmGenerations(ids), pack: deflateLines, now: Date.now, onFault: () => {} });

async function feed(count: number): Promise<void> {
  for (let at = 0; at < count; at += TICK_EVENTS) await Promise.all(Array.from({ length: TICK_EVENTS }, async (_, index) => {
    const event = madeUsage(index, "key_away");
    shipper.enqueue(event, await spool.append("event", event.id, eventPayloadText(event.json, NOTHING_HELD)));
  }));
  await setTimeout(SETTLE_MS);
  globalThis.gc?.();
}

await feed(BEFORE_EVENTS);
const before = { heap: process.memoryUsage().heapUsed, spool: spool.bytes, rss: process.memoryUsage.rss() };
await feed(events);
const { heapUsed, rss } = process.memoryUsage();
console.log(JSON.stringify({ events: shipper.backlog, heapBytesPerEvent: Math.round((heapUsed - before.heap) / events), spoolBytesPerEvent: Math.round((spool.bytes - before.spool) / events), rssGrownMb: Math.round((rss - before.rss) / 1e6) }));
process.exit(0);
