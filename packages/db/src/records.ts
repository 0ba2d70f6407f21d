import type { AccessRule, Budget, BudgetFilter, BookMode, Guardrails, PublishedPreset } from "@trunkline/contracts";

/** What the gateway must know of a key, in one read. No secret: `hash` is the HMAC. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly keyId: string;
  readonly kind: "live" | "test" | "mgmt";
  readonly name: string;
  readonly hash: Uint8Array;
  readonly pepperVersion: number;
  readonly organizationId: string;
  readonly projectId: string;
  readonly rpmLimit: number | null;
  readonly organizationRpmLimit: number | null;
  /** Tokens a minute, calls at a time and a project's requests; absent where there is none of them, which is the ordinary case. */
  readonly limits?: KeyLimits;
  /** Origins of the pages that may use this key; `*`: any; empty: none. */
  readonly browserOrigins: readonly string[];
  readonly suspended: boolean;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  /** Every enforced budget that may bind this key: its own, its project's, its organization's, and those of models, presets and end users. */
  readonly budgets: readonly Budget[];
  /** Days for which answers of the Responses API are kept; 0: no body is stored. */
  readonly responseRetentionDays: number;
  /** What key and project let serve; absent where they restrict nothing, which is the ordinary case. */
  readonly access?: readonly AccessRule[];
  /** What a prompt must not hold; absent: anything goes. */
  readonly refuse?: Guardrails["refuse"];
  /** What the project stores of prompts; absent: nothing, which is the ordinary case. */
  readonly promptStorage?: PromptStorage;
  /** The enabled credentials that the organization brings, sealed, in the order of their position. */
  readonly credentials: readonly SealedCredential[];
}

/** `percent` of requests, from 1; `patterns`: what the project has taken out besides what always is. */
export interface PromptStorage { readonly percent: number; readonly retentionDays: number; readonly patterns: readonly string[] }
/** `sealed` is null where the texts were too large. */
export interface NewStoredPrompt { readonly organizationId: string; readonly projectId: string; readonly requestId: string; readonly sealed: string | null; readonly expiresAtMs: number }

/** `tpm`: tokens a minute; `concurrency`: calls at a time; null: no limit. */
export interface CallLimits { readonly tpm: number | null; readonly concurrency: number | null }
export interface KeyLimits { readonly key: CallLimits; readonly project: CallLimits & { readonly rpm: number | null }; readonly organization: CallLimits }

/** A provider credential as it is stored. Opening it needs all of these but `label`. */
export interface SealedCredential {
  readonly id: string;
  readonly provider: string;
  readonly label: string;
  readonly sealed: string;
  readonly version: number;
  /** null: the provider's own address. */
  readonly baseUrl: string | null;
  readonly position: number;
  readonly weight: number;
  readonly platformFallback: boolean;
  /** The plan's fee on what it serves, in hundredths of a per cent of the list price; absent: none. */
  readonly feeBasisPoints?: number;
}

export interface OrganizationPresets {
  /** Published version of each slug. */
  readonly published: ReadonlyMap<string, PublishedPreset>;
  /** Every version ever published, `slug:version`. */
  readonly versions: ReadonlyMap<string, PublishedPreset>;
}

export interface SpendScope extends BudgetFilter { readonly organizationId: string; readonly countsOwnKeys?: boolean | undefined; readonly mode: BookMode; readonly fromMs: number; readonly toMs: number | null }

/** Whose stored responses: nobody else's are ever seen. */
export interface ResponseScope { readonly organizationId: string; readonly projectId: string; readonly mode: BookMode }
/** An answer and the input that asked for it, sealed. */
export interface SealedResponse { readonly id: string; readonly previousId: string | null; readonly sealed: string }
export interface NewSealedResponse extends SealedResponse { readonly bytes: number; readonly expiresAtMs: number; readonly itemIds: readonly string[] }
