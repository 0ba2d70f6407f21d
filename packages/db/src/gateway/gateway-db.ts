import { apiKeyRecord, FIND_API_KEY, LOAD_BROWSER_ORIGINS } from "./api-key.ts";
import { catalogSnapshot, LOAD_CATALOG } from "./catalog.ts";
import { CONFIRM_GENERATIONS } from "./confirm-generations.ts";
import { endpointStats, LOAD_ENDPOINT_STATS, statsParameters } from "./endpoint-stats.ts";
import { receiptKeyOf } from "@trunkline/keys";
import { receipt } from "../generation-receipt.ts";
import { FIND_GENERATION, LOAD_RECEIPT_KEYS, signedReceipt } from "./generation.ts";
import type { GatewayDb } from "./port.ts";
import { createPrepared } from "./prepared.ts";
import { LOAD_END_USER_PLAN, LOAD_PRESETS, organizationPresets } from "./presets.ts";
import { LOAD_RESPONSE_CHAIN, LOAD_RESPONSES_OF_ITEMS, REMOVE_RESPONSE, responseParameters, scopeParameters, STORE_RESPONSE } from "./stored-responses.ts";
import { promptParameters, STORE_PROMPT } from "./stored-prompts.ts";
import { LOAD_SPENT, LOAD_USER_SPENT, spentParameters } from "./spend.ts";

export interface GatewayDbOptions {
  readonly databaseUrl: string;
  /** Connections of this process. Reads are few and short: 4 serve thousands of requests a second. */
  readonly poolMax: number;
}

/**
 * Connects on first use. Every method rejects with `DependencyUnavailable` when Postgres does not answer within about two seconds.
 * The role reads across tenants; every statement about a tenant's data names its organization.
 */
export function createGatewayDb(options: GatewayDbOptions): GatewayDb {
  const prepared = createPrepared(options);
  return {
    async findApiKey(keyId) {
      const [row] = await prepared.read(FIND_API_KEY, [keyId]);
      return row ? apiKeyRecord(row) : null;
    },
    loadBrowserOrigins: async () => (await prepared.read(LOAD_BROWSER_ORIGINS, [])).map((row) => row.origin),
    loadPresets: async (organizationId) => organizationPresets(await prepared.read(LOAD_PRESETS, [organizationId])),
    loadEndUserPlan: async (organizationId, endUser) => (await prepared.read(LOAD_END_USER_PLAN, [organizationId, endUser]))[0]?.plan ?? null,
    async loadCatalog() {
      const [row] = await prepared.read(LOAD_CATALOG, []);
      return catalogSnapshot(row ?? { models: [], endpoints: [], prices: [] });
    },
    async loadSpent(scope) {
      const [row] = await prepared.read(scope.endUser === undefined ? LOAD_SPENT : LOAD_USER_SPENT, spentParameters(scope));
      return BigInt(row?.spent ?? "0");
    },
    async findGeneration(organizationId, id) {
      const [row] = await prepared.read(FIND_GENERATION, [organizationId, id]);
      return row ? { ...receipt(row), signed_receipt: signedReceipt(row) } : null;
    },
    loadReceiptKeys: async () => (await prepared.read(LOAD_RECEIPT_KEYS, [])).map(({ id, publicKey }) => receiptKeyOf(id, publicKey)),
    loadEndpointStats: async (scope) => (await prepared.read(LOAD_ENDPOINT_STATS, statsParameters(scope))).map(endpointStats),
    confirmGenerations: async (ids) => new Set((await prepared.read(CONFIRM_GENERATIONS, [ids])).flatMap((row) => JSON.parse(row.ids) as string[])),
    loadResponseChain: (scope, id, { depthMax, bytesMax }) => prepared.read(LOAD_RESPONSE_CHAIN, [...scopeParameters(scope), id, depthMax, bytesMax]),
    loadResponsesOfItems: (scope, itemIds, { countMax, bytesMax }) => prepared.read(LOAD_RESPONSES_OF_ITEMS, [...scopeParameters(scope), itemIds, countMax, bytesMax]),
    async storeResponse(scope, row) { await prepared.read(STORE_RESPONSE, responseParameters(scope, row)); },
    removeResponse: async (scope, id) => (await prepared.read(REMOVE_RESPONSE, [...scopeParameters(scope), id])).length > 0,
    async storePrompt(row) { await prepared.read(STORE_PROMPT, promptParameters(row)); },
    async ping() { await prepared.read({ name: "gateway_ping", text: "SELECT 1" }, []); },
    close: () => prepared.close(),
  };
}
