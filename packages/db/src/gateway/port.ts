import type { CatalogSnapshot } from "@trunkline/contracts";
import type { ReceiptKey } from "@trunkline/keys";
import type { EndpointStats, StatsScope } from "./endpoint-stats.ts";
import type { ApiKeyRecord, NewSealedResponse, NewStoredPrompt, OrganizationPresets, ResponseScope, SealedResponse, SpendScope } from "../records.ts";

/** The gateway's whole view of Postgres: a few reads by plain `pg` prepared statements, never on the path of a warm key. */
export interface GatewayDb {
  findApiKey(keyId: string): Promise<ApiKeyRecord | null>;
  /** Origins of pages that some key may be used from. */
  loadBrowserOrigins(): Promise<readonly string[]>;
  loadPresets(organizationId: string): Promise<OrganizationPresets>;
  /** What the organization keeps as an end user's plan; null: nothing. */
  loadEndUserPlan(organizationId: string, endUser: string): Promise<string | null>;
  loadCatalog(): Promise<CatalogSnapshot>;
  /** Sum of charges in the rollups of the window, with own keys where the scope counts them. */
  loadSpent(scope: SpendScope): Promise<bigint>;
  /** The receipt of one generation, scoped to the organization; null when absent or foreign. */
  findGeneration(organizationId: string, id: string): Promise<Record<string, unknown> | null>;
  /** The public keys of all signed receipts, newest first. */
  loadReceiptKeys(): Promise<readonly ReceiptKey[]>;
  /** Uptime, latency and speed of a model's providers as one project saw them lately; providers without an attempt are absent. */
  loadEndpointStats(scope: StatsScope): Promise<readonly EndpointStats[]>;
  /** Those of the request ids that the ledger holds. What the usage spool may forget. */
  confirmGenerations(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** A stored response with all that it continues, oldest first; empty when absent, foreign or expired. Beyond a bound, or where an ancestor is gone, the first row still names one. */
  loadResponseChain(scope: ResponseScope, id: string, bounds: { readonly depthMax: number; readonly bytesMax: number }): Promise<readonly SealedResponse[]>;
  /** The answers that hold any of these items, latest first. */
  loadResponsesOfItems(scope: ResponseScope, itemIds: readonly string[], bounds: { readonly countMax: number; readonly bytesMax: number }): Promise<readonly SealedResponse[]>;
  storeResponse(scope: ResponseScope, row: NewSealedResponse): Promise<void>;
  /** False when there was none. */
  removeResponse(scope: ResponseScope, id: string): Promise<boolean>;
  /** Nothing where the project stores no prompts any more. */
  storePrompt(row: NewStoredPrompt): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
