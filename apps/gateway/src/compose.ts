import { createKv, createReplayStore, type Kv } from "@trunkline/kv";
import { createProducer, deflateLines } from "@trunkline/queue";
import { createGatewayDb, type ApiKeyRecord } from "@trunkline/db/gateway";
import { explain, RetryBudget, type CircuitBook } from "@trunkline/router-core";
import { createLogger, createMetrics, type LogLevel } from "@trunkline/telemetry";
import { createTracing } from "@trunkline/telemetry/tracing";
import type { UsageEvent } from "@trunkline/contracts";
import { createAdmit, createAdmitUnlimited } from "./admit/admit.ts";
import { BudgetLines } from "./admit/reservation.ts";
import { createAttempt } from "./attempt/attempt.ts";
import { Authorization } from "./attempt/authorization.ts";
import { createCountTokens } from "./attempt/count-tokens.ts";
import { createCredentials } from "./attempt/credentials.ts";
import { createExchangeForm } from "./attempt/exchange-form.ts";
import { OrganizationCredentials } from "./attempt/organization-credentials.ts";
import { UpstreamPools } from "./attempt/upstream-pools.ts";
import { authenticateExchange, createAuthenticate } from "./authenticate/authenticate.ts";
import { allowsOrigin, BrowserOrigins } from "./authenticate/browser-access.ts";
import { presentedText } from "./authenticate/presented-key.ts";
import { KeyCache } from "./authenticate/key-cache.ts";
import { openapiDocument } from "./endpoints/openapi.ts";
import { createRoutes, type RouteOptions } from "./endpoints/routes.ts";
import type { GatewayEnv } from "./env.ts";
import { isResponsesBody, readChatCompletions } from "./ingress/chat-completions.ts";
import { readCountTokens, readMessages } from "./ingress/messages.ts";
import { readCompletions } from "./ingress/completions.ts";
import { readEmbeddings } from "./ingress/embeddings.ts";
import { readJsonBody, type JsonBody } from "./ingress/read-body.ts";
import { chatCompletionsBodySchema, completionsBodySchema, countTokensBodySchema, embeddingsBodySchema, messagesBodySchema, responsesBodySchema } from "./ingress/request-fields.ts";
import { readResponses, readResponsesAsChat } from "./ingress/responses.ts";
import { createMeter, replay } from "./meter/meter.ts";
import { spansOf } from "./meter/request-spans.ts";
import { Shipper } from "./meter/shipper.ts";
import { Spool } from "./meter/spool.ts";
import { nakedStages } from "./naked-lane.ts";
import { serve } from "./pipeline.ts";
import { BudgetUse } from "./plan/budget-use.ts";
import { CacheRates } from "./plan/cache-rates.ts";
import { EndUserPlans } from "./plan/end-user-plans.ts";
import { observeHealth } from "./plan/observe-health.ts";
import { SharedHealth } from "./plan/shared-health.ts";
import { createPlan, placesFor, planFor, type PlanOptions } from "./plan/plan.ts";
import { SessionPlaces } from "./plan/session-places.ts";
import { CatalogCache, PresetCache } from "./plan/snapshots.ts";
import { createRunOnce } from "./repeat/run-once.ts";
import { guardingPlan, guardingPrompts } from "./guard/prompt-guard.ts";
import { createKeepAlive } from "./respond/keep-alive.ts";
import { createRespond } from "./respond/respond.ts";
import { writeError } from "./respond/write-error.ts";
import { UpstreamStates } from "./upstream-states.ts";
import { newRequestId } from "./exchange.ts";
import { ShadowCopies } from "./shadow/shadow-copies.ts";
import { createGatewayServer, type Ask } from "./server.ts";
import { inboundLabelOf } from "./paths.ts";
import { keepingAnswers } from "./stored/keep-answer.ts";
import { keepingPrompts, PromptLog } from "./stored/prompt-log.ts";
import { storedRoutes } from "./stored/stored-routes.ts";
import { countsOnStoring, StoredResponses } from "./stored/stored-responses.ts";
import type { Exchange, Inbound, Soon, Stages } from "./stages.ts";

/** Reads are few: keys on first use, budgets once a window, receipts. */
const DB_POOL_MAX = 4;
const METRICS_GAUGE_MS = 1_000;

export interface Gateway {
  /** Takes up the spool, loads the catalogue, then listens. Resolves with the port. */
  listen(): Promise<number>;
  /** Drains, ships what it can, lets go of every resource. */
  close(): Promise<void>;
}

/** The only place where objects are built and wired. Throws an Error for a configuration that cannot work. */
export function compose(env: GatewayEnv): Gateway {
  const now = Date.now;
  const logger = createLogger("gateway", env.logLevel as LogLevel);
  const metrics = createMetrics();
  const warn = (reason: string): void => logger.warn({ reason }, "gateway fault");
  const tracing = env.tracing === null ? null : createTracing(env.tracing, { now, onFault: (message) => { metrics.countDependencyFailure("traces"); warn(message); } });
  const db = createGatewayDb({ databaseUrl: env.databaseUrl, poolMax: DB_POOL_MAX });
  const stores = { redisUrl: env.redisUrl ?? undefined, databaseUrl: env.databaseUrl };
  const [kv, producer, repeats] = [createKv(stores), createProducer(stores), createReplayStore(stores)];
  const { spool, recovered } = Spool.open({ dir: env.spoolDir, bytesMax: env.spoolBytesMax, now, onFault: (message) => { metrics.countDependencyFailure("spool"); warn(message); } });
  const shipper = new Shipper({ spool, producer, confirmGenerations: (ids) => db.confirmGenerations(ids), pack: deflateLines, now, onFault: (message) => { metrics.countDependencyFailure("queue"); warn(message); } });
  const keys = new KeyCache({ db, peppers: env.apiKeyPeppers, now });
  const [catalog, presets, userPlans] = [new CatalogCache(db, warn), new PresetCache(db, now), new EndUserPlans({ db, now, wait: (ms) => new Promise((resolve) => { setTimeout(resolve, ms).unref(); }) })];
  const { states, sharedHealth } = createStates(kv, now);
  const credentials = createCredentials({ simulatorUrl: env.simulatorUrl, platform: env.credentials, authorization: new Authorization({ exchange: createExchangeForm({ allowPrivate: true }), now }) });
  const addressRules = { allowPrivate: env.allowPrivateAddresses };
  const [pools, guardedPools] = [new UpstreamPools(), new UpstreamPools(addressRules)];
  const own = new OrganizationCredentials({ encryptionKeys: env.encryptionKeys, addressRules, onUnreadable: (credentialId) => warn(`credential ${credentialId} of an organization cannot be used: ${env.encryptionKeys ? "its seal does not open, or its address is refused" : "ENCRYPTION_KEYS is not set"}`) });
  const [stored, sessions, cacheRates] = [new StoredResponses({ db, encryptionKeys: env.encryptionKeys, now, onFault: warn }), new SessionPlaces(), new CacheRates()];
  const planOptions: PlanOptions = { own, catalog, presets, states, sessions, cacheRates, budgetUse: new BudgetUse(db), userPlans, available: credentials.available, addressOf: credentials.addressOf, now, random: Math.random };
  const meterOptions = { spool, shipper, now, storeEpoch: () => kv.epoch, onEvent: (event: UsageEvent, traceparent: string | undefined) => { if (tracing) setImmediate(() => tracing.record(spansOf(event), traceparent)); sessions.observe(event); cacheRates.observe(event); observeHealth(event, states.of(event.mode, event.organizationId).circuits); observe(event, metrics, logger); } };
  const upstreams = { pools, guardedPools, own, credentials, ownAuthorization: new Authorization({ exchange: createExchangeForm(addressRules), now }), timeouts: env.timeouts, now };
  const admitOptions = { kv, lines: new BudgetLines(db), now, spoolHasRoom: () => spool.hasRoom, onSettleFailed: (holdId: string) => logger.error({ requestId: holdId }, "a hold could not be settled; it expires by itself"), onRateStoreAway: () => metrics.countDependencyFailure(env.redisUrl ? "redis" : "postgres"), onRateLimited: () => metrics.countRateLimited() };
  const shadows = createShadows({ presets, states, warn, admit: createAdmitUnlimited(admitOptions), planOptions, attemptOptions: upstreams, meter: createMeter(meterOptions) });
  const featured: Stages = {
    authenticate: createAuthenticate(keys, now),
    admit: guardingPrompts(createAdmit(admitOptions)),
    plan: createPlan(planOptions),
    attempt: createAttempt({ ...upstreams, states, drills: { drillOf: (organizationId, slug) => presets.drillOf(organizationId, slug), random: Math.random } }),
    respond: shadows.around(keepingAnswers(keepingPrompts(createRespond(now), new PromptLog({ db, encryptionKeys: env.encryptionKeys, now, random: Math.random, onFault: warn })), stored)),
    keepAlive: createKeepAlive(env.heartbeatMs),
    meter: createMeter(meterOptions),
  };
  const stages = env.lane === "naked" ? nakedStages(featured) : featured;
  const onUnexpected = (error: unknown, requestId: string): void => logger.error({ requestId, err: error }, "request failed unexpectedly");
  const countTokens = createCountTokens({ ...upstreams, stages, plan: guardingPlan((call) => planFor(call, planOptions)) });
  const runOnce = createRunOnce({ store: repeats, stages, serve, writeError, credentialOf: presentedText, onUnexpected });
  const authenticate = (exchange: Exchange): Soon<ApiKeyRecord> => authenticateExchange(exchange, keys, now());
  const server = createGatewayServer({
    now, writeError, onUnexpected, onAnswered: ({ path, status, durationMs }) => metrics.observeRequest({ inbound: inboundLabelOf(path), status, durationMs }), allowsOrigin: allowsOrigin(new BrowserOrigins(db, now)),
    routes: [...storedRoutes(stored, authenticate), ...createRoutes({
      ...readers(stages, planOptions), countTokens: async ({ request, exchange }) => countTokens(readCountTokens(exchange, await readJsonBody(request))), readResponses: async (ask) => readResponses(ask.exchange, await withConversation(ask, { stored, authenticate })), serve: (inbound: Inbound) => inbound.exchange.headers["idempotency-key"] === undefined ? serve(inbound, stages) : runOnce(inbound), authenticate, catalog, db, now,
      regionsOf: (key) => placesFor(planOptions, key.kind === "test" ? "test" : "live", key.kind === "test" ? null : own.find(key)).regionsOf, availableProviders: (key) => key.kind === "test" ? credentials.available.test : own.find(key)?.available(credentials.available.live) ?? credentials.available.live,
      findUnshipped: (id) => shipper.find(id),
      dependenciesAway: () => dependenciesAway({ postgres: () => db.ping(), [env.redisUrl ? "redis" : "counters"]: () => kv.ping() }),
      renderMetrics: async () => ({ contentType: metrics.contentType, text: await metrics.render() }),
      openapi: documentedApi,
    })],
  });
  const gauges = setInterval(() => showState(metrics, { shipper, spool, server, circuits: states.live.circuits, nowMs: now() }), METRICS_GAUGE_MS).unref();
  return {
    async listen() {
      const { events, interrupted } = await replay(recovered, { ...meterOptions, spool, shipper, kv });
      if (events + interrupted > 0) logger.info({ events, count: interrupted }, "took up the spool of an earlier process");
      await Promise.all([catalog.reload(), hearChanges({ kv, keys, presets, userPlans, catalog, hearCircuit: (id) => sharedHealth.hear(id, states.live.circuits) }).catch(() => warn("changes of keys and presets are not heard; they take effect within a minute"))]);
      const port = await server.listen(env.port, env.host);
      logger.info({ port, host: env.host, mode: env.lane }, "gateway listens");
      return port;
    },
    async close() {
      await server.close(env.drainMs).then(() => shadows.close());
      clearInterval(gauges);
      catalog.close();
      await shipper.close();
      spool.close();
      await Promise.allSettled([pools.close(), guardedPools.close(), producer.close(), kv.close(), repeats.close(), tracing?.close()]);
      await db.close();
    },
  };
}

interface ShadowParts {
  readonly presets: PresetCache; readonly states: UpstreamStates; readonly warn: (reason: string) => void; readonly admit: Stages["admit"]; readonly planOptions: PlanOptions;
  readonly attemptOptions: Omit<Parameters<typeof createAttempt>[0], "states">; readonly meter: Stages["meter"];
}

/** A copy plans under its one version and shares what is known of providers, but spends none of the callers' retries. */
function createShadows({ presets, states, warn, admit, planOptions, attemptOptions, meter }: ShadowParts): ShadowCopies {
  const retries = new RetryBudget();
  const attempt = createAttempt({ ...attemptOptions, states: { of: (mode, organizationId) => ({ circuits: states.of(mode, organizationId).circuits, retries }) } });
  const { now, random } = planOptions;
  return new ShadowCopies({
    presets, now, random, newId: () => newRequestId(now()), onLost: (reason) => warn(`a copy for a shadow was lost: ${reason}`),
    run: (inbound, { key, mode }, preset) => serve(inbound, {
      authenticate: (asked) => ({ ...asked, key, mode }), admit, plan: createPlan({ ...planOptions, presets: { find: () => Promise.resolve(preset) } }), attempt, respond: createRespond(now), keepAlive: () => () => undefined, meter,
    }),
  });
}

/** What live requests meet is told to the other gateways. */
function createStates(kv: Pick<Kv, "publish">, now: () => number) {
  const sharedHealth = new SharedHealth({ kv, now });
  return { sharedHealth, states: new UpstreamStates({ jitter: Math.random, onChange: (key, openForMs) => sharedHealth.tell(key, openForMs) }) };
}

/** What other processes change takes effect at once; after a gap everything is asked for again. */
function hearChanges({ kv, keys, presets, userPlans, catalog, hearCircuit }: { readonly userPlans: EndUserPlans; readonly hearCircuit: (id: string) => void; readonly kv: Pick<Kv, "subscribe">; readonly keys: KeyCache; readonly presets: PresetCache; readonly catalog: CatalogCache }): Promise<void> {
  return kv.subscribe((topic, id) => {
    if (topic === "api-key") keys.invalidate(id);
    else if (topic === "preset") presets.invalidate(id);
    else if (topic === "end-user") userPlans.invalidate(id);
    else if (topic === "circuit") hearCircuit(id);
    else if (topic === "catalog") void catalog.reload();
    else keys.invalidateOrganization(id);
  }, () => { keys.invalidateAll(); presets.invalidateAll(); userPlans.invalidateAll(); void catalog.reload(); });
}

/** A body that continues a stored answer or names items of some, with what it means in their place; every other one as it came. */
async function withConversation({ request, exchange }: Ask, { stored, authenticate }: { readonly stored: StoredResponses; readonly authenticate: RouteOptions["authenticate"] }): Promise<JsonBody> {
  const json = await readJsonBody(request);
  const isContinued = json.body["previous_response_id"] != null;
  if (!isContinued && !countsOnStoring(json.body)) return json;
  const key = await authenticate(exchange);
  return stored.resolved(key, isContinued ? await stored.continued(key, json) : json);
}

const documentedApi = (): Record<string, unknown> => openapiDocument({ chatCompletions: chatCompletionsBodySchema, messages: messagesBodySchema, responses: responsesBodySchema, embeddings: embeddingsBodySchema, completions: completionsBodySchema, countTokens: countTokensBodySchema });

/** Bytes → Inbound, for every endpoint that takes a body and no state. */
function readers(stages: Pick<Stages, "authenticate">, planOptions: PlanOptions): Pick<RouteOptions, "readChatCompletions" | "readMessages" | "readEmbeddings" | "readCompletions" | "explainRoute"> {
  return {
    readChatCompletions: async ({ request, exchange }) => {
      const json = await readJsonBody(request);
      return isResponsesBody(json.body) ? readResponsesAsChat(exchange, json) : readChatCompletions(exchange, json);
    },
    readCompletions: async ({ request, exchange }) => readCompletions(exchange, await readJsonBody(request)),
    readEmbeddings: async ({ request, exchange }) => readEmbeddings(exchange, await readJsonBody(request)),
    readMessages: async ({ request, exchange }) => readMessages(exchange, await readJsonBody(request)),
    explainRoute: async ({ request, exchange }) => {
      const json = await readJsonBody(request);
      const inbound = isMessagesBody(json.body) ? readMessages(exchange, json) : isResponsesBody(json.body) ? readResponses(exchange, json) : readChatCompletions(exchange, json);
      return { ...explain(await guardingPlan((call) => planFor(call, planOptions))(await stages.authenticate(inbound))) };
    },
  };
}

interface GatewayState { readonly shipper: Pick<Shipper, "backlog">; readonly spool: Pick<Spool, "bytes">; readonly server: { readonly inFlight: number }; readonly circuits: Pick<CircuitBook, "openByProvider">; readonly nowMs: number }

/** What is so at the moment, where everything else is counted as it happens. */
function showState(metrics: ReturnType<typeof createMetrics>, { shipper, spool, server, circuits, nowMs }: GatewayState): void {
  metrics.setSpool({ events: shipper.backlog, bytes: spool.bytes });
  metrics.setInFlight(server.inFlight);
  metrics.setCircuitsOpen(circuits.openByProvider(nowMs));
}

function observe(event: UsageEvent, metrics: ReturnType<typeof createMetrics>, logger: ReturnType<typeof createLogger>): void {
  let upstreamMs = 0;
  for (const attempt of event.attempts) {
    upstreamMs += attempt.durationMs;
    metrics.observeAttempt({ provider: attempt.provider, class: attempt.drill === "failed" ? "drill" : attempt.failureClass ?? "ok", durationMs: attempt.durationMs, timeToFirstTokenMs: attempt.timeToFirstTokenMs });
  }
  metrics.observeOverhead(event.durationMs - upstreamMs);
  if (event.errorCode === "tenant.budget_exceeded") metrics.countBudgetRefused();
  // An ordinary request has its receipt; a line for each would cost more than routing it.
  const isOrdinary = event.status === "ok" || event.status === "rescued";
  logger[isOrdinary ? "debug" : "info"]({ requestId: event.id, organizationId: event.organizationId, projectId: event.projectId, apiKeyId: event.apiKeyId, inboundApi: event.inboundApi, status: event.httpStatus, code: event.errorCode, provider: event.provider, model: event.model, attempts: event.attempts.length, durationMs: event.durationMs, mode: event.mode }, event.status);
}

/** Asks each with a bound of its own; a dependency that fails is named, never explained, because its errors can carry addresses. */
async function dependenciesAway(pings: Readonly<Record<string, () => Promise<void>>>): Promise<readonly string[]> {
  const names = Object.keys(pings);
  const results = await Promise.allSettled(names.map((name) => pings[name]?.()));
  return names.filter((_name, index) => results[index]?.status === "rejected");
}

/** Only the Messages wire has a top-level `system`, and only it demands `max_tokens` beside content blocks. */
function isMessagesBody(body: Readonly<Record<string, unknown>>): boolean {
  return body["system"] !== undefined || body["thinking"] !== undefined || body["anthropic_version"] !== undefined;
}
