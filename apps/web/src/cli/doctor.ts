/** A look at everything an installation needs. Each finding that is not well says how to mend it. */
import { accessSync, constants, statfsSync } from "node:fs";
import { createStripe, METERS, parseWebhookSecrets } from "@trunkline/billing";
import { inspectRedis, measureClockSkewMs } from "@trunkline/kv";
import type { CliEnv } from "../env.ts";
import { doctorEnv, type DoctorEnv } from "./env.ts";
import type { Command } from "./resource-commands.ts";

export interface Finding { readonly check: string; readonly ok: boolean; readonly advice: string }

/** Stripe refuses meter events from 5 minutes ahead and we refuse its webhooks after 5; this leaves room for drift. */
const CLOCK_SKEW_MAX_MS = 120_000;
/** The gateway refuses billable calls when its spool cannot grow: an hour of a busy gateway's events. */
const SPOOL_FREE_BYTES_MIN = 512 * 1024 * 1024;
const MIB = 1024 * 1024;

/** A check throws this with its own words; any other error gets the general advice. */
class Unwell extends Error {}

async function finding(check: string, work: () => unknown, advice: string): Promise<Finding> {
  try {
    const note = await work();
    return { check, ok: true, advice: typeof note === "string" ? note : "" };
  } catch (error) {
    return { check, ok: false, advice: error instanceof Unwell ? error.message : `${advice} (${error instanceof Error ? error.name : "failed"})` };
  }
}

async function checkRedis(url: string | undefined): Promise<string> {
  if (url === undefined) return "not configured: queues live in PostgreSQL, counters in the one gateway";
  const { problems } = await inspectRedis(url);
  if (problems.length > 0) throw new Unwell(problems.join(" "));
  return "";
}

async function checkStripe({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_API_BASE }: DoctorEnv): Promise<string> {
  if (STRIPE_SECRET_KEY === undefined) return "not configured: usage is metered and not exported";
  if (STRIPE_WEBHOOK_SECRET === undefined) throw new Unwell("Set STRIPE_WEBHOOK_SECRET: without it no checkout is linked to its organization");
  try {
    parseWebhookSecrets(STRIPE_WEBHOOK_SECRET);
  } catch (error) {
    throw new Unwell(`Correct STRIPE_WEBHOOK_SECRET: ${error instanceof Error ? error.message : "it is malformed"}`);
  }
  const stripe = createStripe({ secretKey: STRIPE_SECRET_KEY, ...(STRIPE_API_BASE === undefined ? {} : { apiBase: STRIPE_API_BASE }) });
  const meters = await stripe.billing.meters.list({ status: "active", limit: 100 });
  const known = new Set(meters.data.map((meter) => meter.event_name));
  const missing = Object.values(METERS).filter((meter) => !known.has(meter.eventName));
  return missing.length === 0 ? "" : "reached; the worker makes its meters when the first usage is exported";
}

async function checkClock(databaseUrl: string): Promise<void> {
  const skewMs = await measureClockSkewMs(databaseUrl);
  if (Math.abs(skewMs) > CLOCK_SKEW_MAX_MS) throw new Unwell(`This machine's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "ahead of" : "behind"} the database's: switch on time synchronisation (chrony or systemd-timesyncd) on both`);
}

function checkSpool(directory: string | undefined): string {
  if (directory === undefined) return "SPOOL_DIR is not set here: run doctor with the gateway's environment to check it";
  try {
    accessSync(directory, constants.R_OK | constants.W_OK);
  } catch {
    throw new Unwell(`${directory} is not there or not writable: create it, owned by the gateway's user, on a disk that outlives the process`);
  }
  const { bavail, bsize } = statfsSync(directory);
  if (bavail * bsize < SPOOL_FREE_BYTES_MIN) throw new Unwell(`${directory} has ${Math.round((bavail * bsize) / MIB)} MiB free: give it ${SPOOL_FREE_BYTES_MIN / MIB} MiB, for a full spool refuses billable calls`);
  return "";
}

export const doctor = (env: CliEnv): Command => async (operator) => {
  const settings = doctorEnv();
  const findings = [
    await finding("database", () => operator.db.ping(), "Start PostgreSQL, or correct DATABASE_URL"),
    await finding("migrations", async () => { await operator.db.accounts.listOrganizations(); }, "Run: npm run migrate deploy"),
    await finding("catalogue", async () => { if ((await operator.db.catalog.load()).models.size === 0) throw new Unwell("It is empty. Run: npm run -s trunkline -- catalog sync"); }, "Run: npm run -s trunkline -- catalog sync"),
    await finding("counters and invalidation", () => operator.kv().ping(), env.REDIS_URL ? "Start Redis, or correct REDIS_URL" : "The embedded form needs PostgreSQL"),
    await finding("redis settings", () => checkRedis(env.REDIS_URL), "Start Redis, or correct REDIS_URL"),
    await finding("stripe", () => checkStripe(settings), "Correct STRIPE_SECRET_KEY, give it the right to read meters, or open the way to Stripe"),
    await finding("clock", () => checkClock(env.DATABASE_URL), "Start PostgreSQL, or correct DATABASE_URL"),
    await finding("spool", () => checkSpool(settings.SPOOL_DIR), "Correct SPOOL_DIR"),
  ];
  return { ok: findings.every((row) => row.ok), findings };
};
