import type { CatalogSnapshot } from "@trunkline/contracts";
import type { EndpointStats, StatsScope } from "./endpoint-stats.ts";
import type { ApiKeyRecord, OrganizationPresets, SpendScope } from "../records.ts";

/** The gateway's whole view of Postgres: a few reads by plain `pg` prepared statements, never on the path of a warm key. */
export interface GatewayDb {
  findApiKey(keyId: string): Promise<ApiKeyRecord | null>;
  loadPresets(organizationId: string): Promise<OrganizationPresets>;
  loadCatalog(): Promise<CatalogSnapshot>;
  /** Sum of charges in the rollups of the window. */
  loadSpent(scope: SpendScope): Promise<bigint>;
  /** The receipt of one generation, scoped to the organization; null when absent or foreign. */
  findGeneration(organizationId: string, id: string): Promise<Record<string, unknown> | null>;
  /** Uptime, latency and speed of a model's providers as one project saw them lately; providers without an attempt are absent. */
  loadEndpointStats(scope: StatsScope): Promise<readonly EndpointStats[]>;
  /** Those of the request ids that the ledger holds. What the usage spool may forget. */
  confirmGenerations(ids: readonly string[]): Promise<ReadonlySet<string>>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
