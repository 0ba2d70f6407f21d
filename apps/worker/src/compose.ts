// The only place where the worker's objects are built and wired.
import { createStripe, ledgerEntriesFor } from "@trunkline/billing";
import { createWorkerDb } from "@trunkline/db/worker";
import type { WorkerDb } from "@trunkline/db/worker";
import { createReceiptSigner } from "@trunkline/keys";
import { createConsumer, createProducer } from "@trunkline/queue";
import type { Producer } from "@trunkline/queue";
import { createKv } from "@trunkline/kv";
import { isUsableCredential, PROVIDERS } from "@trunkline/providers";
import { DISPOSITION } from "@trunkline/router-core";
import { createLogger } from "@trunkline/telemetry";
import { createAlertTick } from "./alert/alert-tick.ts";
import { createSendMail } from "./alert/send-mail.ts";
import { closedWindows, openExports } from "./aggregate/open-exports.ts";
import { AMBIGUOUS_RETRY_MAX_MS } from "./bill/disposition.ts";
import { compareMeters } from "./bill/compare-meters.ts";
import type { ComparePorts, MeterComparison } from "./bill/compare-meters.ts";
import { createCreditNotes } from "./bill/credit-notes.ts";
import { createNightlyComparison } from "./bill/nightly-comparison.ts";
import { createNightlyProviders } from "./bill/nightly-providers.ts";
import { createProviderUsage } from "./bill/provider-usage/create.ts";
import { createReporter } from "./bill/report-meter-events.ts";
import { createTopUps } from "./bill/top-up.ts";
import type { WorkerEnv } from "./env.ts";
import { createHttpServer, listen } from "./http-server.ts";
import { createJobs } from "./jobs.ts";
import { joinQueue } from "./join-queue.ts";
import { createJudgeCanaries } from "./maintain/judge-canaries.ts";
import { createRunDrills } from "./maintain/run-drills.ts";
import { createCatalogSync } from "./maintain/sync-catalog.ts";
import { createPriceWatch } from "./maintain/watch-prices.ts";
import { createMetrics } from "./metrics.ts";
import type { WorkerMetrics } from "./metrics.ts";
import { createActiveProbes, type ActiveProbes } from "./probe/active-probes.ts";
import { createAskProvider, isProbed } from "./probe/ask-provider.ts";
import { createStatusSamples } from "./probe/status-samples.ts";
import type { StatusSamples } from "./probe/status-samples.ts";
import { startReceipts, type ReceiptLoop } from "./receipt/sign-receipts.ts";
import type { Log, ReportOutcome } from "./stages.ts";

export interface WorkerApp {
  readonly port: number;
  readonly log: Log;
  /** Takes no further job, finishes the running ones, and closes everything. */
  drain(): Promise<void>;
}

/** Resolves when the probes answer; the queue is joined in the background, so a dependency that is away shows in `/readyz`. Rejects when the port is taken. */
export async function startWorker(env: WorkerEnv): Promise<WorkerApp> {
  const log: Log = createLogger("worker", env.logLevel);
  const metrics = createMetrics();
  const db = createWorkerDb({ databaseUrl: env.databaseUrl, ledgerEntriesFor, withReceipts: env.receiptSigningKeys !== undefined });
  const store = { databaseUrl: env.databaseUrl, ...(env.redisUrl === undefined ? {} : { redisUrl: env.redisUrl }) };
  const producer = createProducer(store);
  const status = createStatus(env, { db, log });
  const probes = startProbes(env, { db, log, metrics, status });
  const jobs = createJobs({ ingest: { ingestEvents: observed(db, [status, ...(probes ? [probes] : [])]), onIngested: metrics.countIngested }, report: createReport(env, { db, log, metrics }), alert: createAlerts(env, { db, log }), removeExpired: createRemoval(db, log), judgeCanaries: judgingCanaries(env, { db, log }), runDrills: runningDrills(env, { db, log }), watchPrices: createPriceWatch({ db, now: Date.now, log }), syncCatalog: env.catalogSource === undefined ? null : createCatalogSync({ databaseUrl: env.databaseUrl, redisUrl: env.redisUrl, source: env.catalogSource, now: Date.now, log }) });
  let draining = false;
  const consumer = joinQueue({ env, producer, log, isDraining: () => draining, start: () => createConsumer({
    ...store, handlers: jobs, concurrency: env.concurrency,
    onError(error, failure) {
      metrics.countJobFailure(failure.name);
      log.error({ job: failure.name, jobId: failure.jobId, err: error }, failure.final ? "job failed for good" : "job failed and will be tried again");
    },
  }) });
  const server = createHttpServer({
    probes: { postgres: () => db.ping(), [env.redisUrl === undefined ? "queue" : "redis"]: () => producer.backlog("usage.ingest-events"), consumer: consumer.assertStarted },
    isDraining: () => draining,
    renderMetrics: async () => metrics.render(await readGauges(db, producer)),
  });
  const port = await listen(server, env);
  const statusTimer = setInterval(() => void status.tick(), env.statusTickMs);
  const receipts = createReceipts(env, { db, log });
  log.info({ port, queue: env.redisUrl === undefined ? "postgres" : "redis" }, "worker listens");
  return {
    port, log,
    async drain() {
      draining = true;
      clearInterval(statusTimer);
      await probes?.stop();
      await consumer.close();
      await receipts?.stop();
      await producer.close();
      await db.close();
      await new Promise<void>((resolve) => { server.close(() => resolve()); server.closeAllConnections(); });
    },
  };
}

/** What is kept for a time only, or only so much of: stored answers, request rows as long as the plan says, the sums of who calls. */
const createRemoval = (db: WorkerDb, log: Log) => async (): Promise<void> => {
  await db.removeExpiredResponses();
  await db.foldCallers(Date.now());
  await db.makeCallerWeeks(Date.now());
  const count = await db.removeOldRequests(Date.now());
  if (count > 0) log.info({ count }, "request rows older than their plans keep them were taken away");
};

function createReceipts({ receiptSigningKeys }: WorkerEnv, { db, log }: { readonly db: WorkerDb; readonly log: Log }): ReceiptLoop | null {
  if (receiptSigningKeys === undefined) { log.info({}, "RECEIPT_SIGNING_KEYS is not set: receipts are not signed"); return null; }
  return startReceipts({ db: db.receipts, signer: createReceiptSigner(receiptSigningKeys), clock: Date.now }, (error) => log.warn({ err: error }, "receipts could not be signed; tried again in a second"));
}

/** Longer than a healthy part needs, shorter than the interval. */
const STATUS_PROBE_TIMEOUT_MS = 5_000;

/** The worker that asks is itself one of the parts: where none runs, nothing is counted, and the page says so. */
function createStatus({ publicWebUrl, publicGatewayUrl }: WorkerEnv, { db, log }: { readonly db: WorkerDb; readonly log: Log }): StatusSamples {
  const ask = (base: string, path: string) => async (): Promise<void> => {
    const { ok } = await fetch(new URL(path, base), { signal: AbortSignal.timeout(STATUS_PROBE_TIMEOUT_MS), redirect: "error" });
    if (!ok) throw new Error("not ready");
  };
  return createStatusSamples({
    db, clock: Date.now, onFailed: (error) => log.warn({ err: error }, "the status samples could not be written; they go with the next"),
    probes: {
      ...(publicGatewayUrl === undefined ? {} : { gateway: ask(publicGatewayUrl, "/readyz") }), ...(publicWebUrl === undefined ? {} : { dashboard: ask(publicWebUrl, "/healthz") }),
      worker: async () => undefined, database: () => db.ping(),
    },
  });
}

/** A batch of which something was known already comes again: it was counted before. */
const observed = (db: WorkerDb, observers: readonly Pick<StatusSamples, "observe">[]): WorkerDb["ingestEvents"] => async (events) => {
  const result = await db.ingestEvents(events);
  if (result.inserted === events.length) for (const observer of observers) observer.observe(events);
  return result;
};

interface ProbeLoop extends Pick<ActiveProbes, "observe"> { stop(): Promise<void> }

/** null where the operator wants none, or has no credential that could ask. */
function startProbes({ probes: wanted, credentials, databaseUrl, redisUrl }: WorkerEnv, { db, log, metrics, status }: { readonly db: WorkerDb; readonly log: Log; readonly metrics: WorkerMetrics; readonly status: StatusSamples }): ProbeLoop | null {
  const providers = [...credentials].filter(([provider, credential]) => isUsableCredential(PROVIDERS.get(provider), credential) && isProbed(provider)).map(([provider]) => provider);
  if (wanted === null || providers.length === 0) return null;
  const kv = createKv({ databaseUrl, redisUrl });
  const probes = createActiveProbes({
    db, providers, capNanoUsd: wanted.capNanoUsd, clock: Date.now, ask: createAskProvider({ credentials, now: Date.now }), publish: (message) => kv.publish("circuit", message),
    onAnswer({ provider, model }, { failure }, costNanoUsd) {
      metrics.countProbe(provider, failure?.class ?? "ok", costNanoUsd);
      if (failure === null || DISPOSITION[failure.class].countsForCircuit) status.probed(provider, failure === null);
      if (failure !== null) log.warn({ reason: failure.class }, `${provider} did not answer a probe of ${model}`);
    },
    onFailed: (error) => log.warn({ err: error }, "providers could not be probed; tried again in seconds"),
  });
  kv.subscribe((topic, id) => { if (topic === "circuit") probes.hear(id); }, () => undefined).catch((error: unknown) => log.warn({ err: error }, "what gateways tell of circuits is not heard; probes go on by themselves"));
  const timer = setInterval(() => void probes.tick(), wanted.tickMs);
  return {
    observe: probes.observe,
    async stop() { clearInterval(timer); await probes.settled(); await kv.close(); },
  };
}

/** A connection only where one has ended: that is rare. */
async function announcePreset({ databaseUrl, redisUrl }: WorkerEnv, organizationId: string): Promise<void> {
  const kv = createKv({ databaseUrl, redisUrl });
  try { await kv.publish("preset", organizationId); } finally { await kv.close(); }
}

const runningDrills = (env: WorkerEnv, { db, log }: { readonly db: WorkerDb; readonly log: Log }): (() => Promise<void>) => createRunDrills({
  db, clock: Date.now, announce: (organizationId) => announcePreset(env, organizationId),
  onDue: ({ organizationId, slug, provider, outcome }) => log.info({ organizationId }, `weekly drill of ${provider} at the preset ${slug}: ${outcome}`),
});

function judgingCanaries(env: WorkerEnv, { db, log }: { readonly db: WorkerDb; readonly log: Log }): () => Promise<void> {
  return createJudgeCanaries({
    db, clock: Date.now,
    announce: (organizationId) => announcePreset(env, organizationId),
    onAborted: ({ organizationId, slug, version }, reason) => log.warn({ organizationId, reason }, `canary v${version} of the preset ${slug} ended: it failed clearly more often than the published version`),
    onFailed: ({ organizationId, slug }, error) => log.warn({ organizationId, err: error }, `the canary of the preset ${slug} could not be judged; tried again in seconds`),
  });
}

function createAlerts(env: WorkerEnv, { db, log }: { readonly db: WorkerDb; readonly log: Log }): () => Promise<void> {
  return createAlertTick({
    db, clock: Date.now, sendMail: createSendMail(env.mail), encryptionKeys: env.encryptionKeys ?? null, addressRules: { allowPrivate: env.allowPrivateAddresses }, publicWebUrl: env.publicWebUrl ?? null,
    onOpened: ({ organizationId }, count) => log.info({ organizationId, count }, "alerts opened"),
    onRuleFailed: ({ organizationId }, error) => log.warn({ organizationId, err: error }, "an alert rule could not be looked at; tried again in a minute"),
    onUndelivered: ({ organizationId, channel, attempts }, reason, final) => log.warn({ organizationId, attempts, reason }, `an alert was not delivered by ${channel}${final ? " and is given up" : "; it is tried again"}`),
  });
}

/** One tick of the export and, once a night, the comparison with Stripe; credit notes alone where Stripe is not configured. */
function createReport(env: WorkerEnv, { db, log, metrics }: { readonly db: WorkerDb; readonly log: Log; readonly metrics: WorkerMetrics }): () => Promise<void> {
  const ports = stripePorts(env, db);
  const creditNotes = createCreditNotes({ db, stripe: ports?.stripe ?? null, clock: Date.now, sendMail: createSendMail(env.mail), onFailed: (id, error) => log.warn({ err: error }, `credit note ${id} could not be settled or mailed; tried again with the next tick`) });
  const compareWithProviders = createProviderNight(env, { db, log, metrics });
  if (ports === null) {
    log.info({}, "STRIPE_SECRET_KEY is not set: usage is booked, nothing is exported");
    return async () => { await creditNotes(); await compareWithProviders(); };
  }
  const report = createReporter({
    ...ports, db, openExports,
    onOutcome(outcome) {
      metrics.countExport(outcome.kind, outcome.meter ?? "none");
      logOutcome(log, outcome);
    },
  });
  const compare = createNightlyComparison({
    compare: () => compareMeters(ports), clock: ports.clock,
    keep: (rows) => db.recordMeterComparisons(rows, ports.clock()),
    onComparison(comparison, confirmed) {
      metrics.countComparison(confirmed ? comparison.kind : "unconfirmed", comparison.meter);
      logComparison(log, comparison, confirmed);
    },
  });
  const topUp = createTopUps({
    db, stripe: ports.stripe, clock: ports.clock, sendMail: createSendMail(env.mail), publicWebUrl: env.publicWebUrl ?? null,
    onOutcome({ kind, organizationId, message }) { (kind === "paid" ? log.info : log.warn).call(log, { organizationId, reason: message }, `automatic top-up: ${kind}`); },
  });
  return async () => {
    await report();
    await topUp().catch((error: unknown) => log.warn({ err: error }, "automatic top-ups could not be looked at; tried again with the next tick"));
    await creditNotes();
    await compare().catch((error: unknown) => log.warn({ err: error }, "the meters could not be compared with Stripe's; tried again in 15 minutes"));
    await compareWithProviders();
  };
}

/** Never rejects: what providers say of themselves keeps no export waiting. */
function createProviderNight({ adminAccounts }: WorkerEnv, { db, log, metrics }: { readonly db: WorkerDb; readonly log: Log; readonly metrics: WorkerMetrics }): () => Promise<void> {
  const tick = createNightlyProviders({
    db, sources: createProviderUsage(adminAccounts), clock: Date.now,
    onDay({ provider, day, state, gaps, settled, bookedNanoUsd, providerNanoUsd }) {
      metrics.countProviderComparison(state, provider);
      if (settled > 0) log.info({ count: settled }, `estimates of ${day} are settled by what ${provider} says`);
      if (state === "differs") log.error({}, `${provider} on ${day}: booked ${bookedNanoUsd}, billed ${providerNanoUsd} nano-USD (${gaps.map((gap) => `${gap.class} ${gap.nanoUsd}`).join(", ")}); see docs/runbooks/meter-gap.md`);
    },
    onFailed: (provider, reason) => log.warn({ reason }, `${provider} could not be asked for its usage; tried again in 15 minutes`),
  });
  return () => tick().catch((error: unknown) => log.warn({ err: error }, "the books could not be compared with the providers; tried again in 15 minutes"));
}

/** What both the tick and the command `compare-meters` compare with; null when Stripe is not configured. */
export function stripePorts(env: WorkerEnv, db: WorkerDb): ComparePorts | null {
  if (env.stripe === undefined) return null;
  const { secretKey, apiBase } = env.stripe;
  return {
    db, clock: Date.now, stripe: createStripe({ secretKey, ...(apiBase === undefined ? {} : { apiBase }) }),
    findClosedWindows: (nowMs) => closedWindows({ nowMs, windowMs: env.billingWindowMs }),
  };
}

function logComparison(log: Log, { kind, organizationId, meter, sent, inDoubt, stripe }: MeterComparison, confirmed: boolean): void {
  if (kind === "agrees") return;
  const what = `meter ${meter}: ${kind}; sent ${sent}, in doubt ${inDoubt}, Stripe holds ${stripe}`;
  if (confirmed) log.error({ organizationId }, `${what}; see docs/runbooks/meter-gap.md`);
  else log.warn({ organizationId }, `${what}; looked at again in 15 minutes`);
}

function logOutcome(log: Log, outcome: ReportOutcome): void {
  const { kind, organizationId, count, message } = outcome;
  const fields = { organizationId, count, reason: message };
  const what = `meter export (${outcome.meter ?? "customer"}) ${kind}`;
  if (kind === "stopped") log.error(fields, `${what}: the outcome has been unknown for 20 h; compare it with Stripe's summary`);
  else if (kind === "refused" || kind === "failed") log.error(fields, what);
  else if (kind === "ambiguous") log.warn(fields, `${what}: the same identifier goes again`);
  else log.info(fields, what);
}

async function readGauges(db: WorkerDb, producer: Producer): Promise<Record<string, number>> {
  const [health, backlog] = await Promise.all([db.loadExportHealth(Date.now() - AMBIGUOUS_RETRY_MAX_MS), producer.backlog("usage.ingest-events")]);
  return {
    trunkline_worker_usage_batches_waiting: backlog,
    trunkline_worker_meter_exports_unsent: health.unsent,
    trunkline_worker_meter_exports_stuck: health.stuck,
    trunkline_worker_meter_exports_oldest_unsent_seconds: health.oldestUnsentMs === null ? 0 : Math.round((Date.now() - health.oldestUnsentMs) / 1000),
  };
}
