/**
 * The provider credentials that organizations bring. Decides in which order they stand before the platform's, and opens their seals.
 * A secret leaves this file only as the headers of the attempt that uses it; what cannot be opened is left out, and never replaced by
 * the platform's where the organization has forbidden that. An organization without own credentials costs one comparison.
 */
import type { ApiKeyRecord, SealedCredential } from "@trunkline/db/gateway";
import { open, type VersionedSecrets } from "@trunkline/keys";
import { refuseAddress, type AddressRules } from "@trunkline/outbound";
import { PROVIDERS, type Signing } from "@trunkline/providers";
import type { Soon } from "../stages.ts";
import type { Authorization } from "./authorization.ts";
import type { Candidate, CircuitBook, CircuitState, HealthSnapshot, RoutePlan } from "@trunkline/router-core";

/** One own credential, opened. */
interface OwnCredential {
  readonly sealed: SealedCredential;
  readonly secret: string;
  readonly reference: NonNullable<Candidate["credential"]>;
}
interface OwnProvider { readonly credentials: readonly OwnCredential[]; readonly platformFallback: boolean }

export interface OrganizationCredentialOptions {
  /** Null: no seal can be opened in this process. */
  readonly encryptionKeys: VersionedSecrets | null;
  readonly addressRules: AddressRules;
  /** Names no secret. */
  onUnreadable(credentialId: string): void;
}

const PLATFORM = "platform";
const SEVERITY: Readonly<Record<CircuitState, number>> = { closed: 0, half_open: 1, open: 2 };

export class OrganizationCredentials {
  /** By the cached record: what changes in the store comes as another record, and takes the opened secrets of the old one with it. */
  readonly #opened = new WeakMap<ApiKeyRecord, OwnCredentials>();
  readonly #options: OrganizationCredentialOptions;

  constructor(options: OrganizationCredentialOptions) { this.#options = options; }

  /** Null for an organization that brings none. */
  find(key: ApiKeyRecord): OwnCredentials | null {
    if (key.credentials.length === 0) return null;
    let own = this.#opened.get(key);
    if (!own) { own = new OwnCredentials(this.#open(key)); this.#opened.set(key, own); }
    return own;
  }

  #open(key: ApiKeyRecord): ReadonlyMap<string, OwnProvider> {
    const providers = new Map<string, OwnProvider>();
    for (const sealed of key.credentials) {
      if (!PROVIDERS.has(sealed.provider)) continue;
      const known = providers.get(sealed.provider);
      const secret = this.#secretOf(key.organizationId, sealed);
      const more = secret === null ? [] : [{ sealed, secret, reference: { id: sealed.id, label: sealed.label, circuit: `${sealed.id}:${sealed.version}`, ...(sealed.feeBasisPoints === undefined ? {} : { feeBasisPoints: sealed.feeBasisPoints }) } }];
      providers.set(sealed.provider, { credentials: [...(known?.credentials ?? []), ...more], platformFallback: (known?.platformFallback ?? true) && sealed.platformFallback });
    }
    return providers;
  }

  #secretOf(organizationId: string, { id, provider, baseUrl, version, sealed }: SealedCredential): string | null {
    try {
      if (baseUrl !== null) refuseAddress(baseUrl, this.#options.addressRules);
      if (this.#options.encryptionKeys) return open(sealed, { organizationId, credentialId: id, provider, baseUrl, version }, this.#options.encryptionKeys);
    } catch { /* Said below: which check failed is nobody's business. */ }
    this.#options.onUnreadable(id);
    return null;
  }
}

/** Those of one organization. */
export class OwnCredentials {
  readonly #providers: ReadonlyMap<string, OwnProvider>;
  readonly #byId = new Map<string, OwnCredential>();
  #available: { readonly platform: ReadonlySet<string>; readonly all: ReadonlySet<string> } | null = null;

  constructor(providers: ReadonlyMap<string, OwnProvider>) {
    this.#providers = providers;
    for (const { credentials } of providers.values()) for (const credential of credentials) this.#byId.set(credential.sealed.id, credential);
  }

  /** Providers with a usable credential, own or the platform's. */
  available(platform: ReadonlySet<string>): ReadonlySet<string> {
    if (this.#available?.platform === platform) return this.#available.all;
    const all = new Set(platform);
    for (const [provider, own] of this.#providers) {
      if (own.credentials.length > 0) all.add(provider);
      else if (!own.platformFallback) all.delete(provider);
    }
    this.#available = { platform, all };
    return all;
  }

  /** The platform's health, but for providers with own credentials: there the best of all that may be used counts. */
  health(circuits: Pick<CircuitBook, "snapshot" | "state">, nowMs: number): HealthSnapshot {
    const platform = circuits.snapshot(PLATFORM, nowMs);
    const circuit = (provider: string, model: string): CircuitState => {
      const own = this.#providers.get(provider);
      if (!own || own.credentials.length === 0) return platform.circuit(provider, model);
      let best: CircuitState = own.platformFallback ? platform.circuit(provider, model) : "open";
      for (const { reference } of own.credentials) {
        const state = circuits.state({ provider, model, credentialOwner: reference.circuit }, nowMs);
        if (SEVERITY[state] < SEVERITY[best]) best = state;
      }
      return best;
    };
    return { circuit, timeToFirstTokenMs: platform.timeToFirstTokenMs, tokensPerSecond: platform.tokensPerSecond };
  }

  /** Each candidate once a credential: own ones by position, a weighted draw within one, then the platform's where both sides allow it. */
  expand(route: RoutePlan, platform: ReadonlySet<string>, random: () => number): RoutePlan {
    const candidates: Candidate[] = [];
    for (const candidate of route.candidates) {
      const own = this.#providers.get(candidate.provider);
      if (!own || own.credentials.length === 0) { candidates.push(candidate); continue; }
      for (const { reference } of drawn(own.credentials, random)) candidates.push({ ...candidate, credential: reference });
      if (own.platformFallback && platform.has(candidate.provider)) candidates.push(candidate);
    }
    return { ...route, candidates };
  }

  idsOf(provider: string): readonly string[] { return this.#providers.get(provider)?.credentials.map(({ reference }) => reference.id) ?? []; }
  leavesToPlatform(provider: string): boolean { return this.#providers.get(provider)?.platformFallback ?? true; }

  /** An address of the organization's own, or null for the provider's. */
  baseUrl(credentialId: string): string | null { return this.#byId.get(credentialId)?.sealed.baseUrl ?? null; }

  /** The headers that authorise one request. */
  headers(credentialId: string, request: Signing["request"], authorization: Pick<Authorization, "headers">): Soon<Readonly<Record<string, string>>> {
    const credential = this.#byId.get(credentialId);
    const profile = credential && PROVIDERS.get(credential.sealed.provider);
    return credential && profile ? authorization.headers(profile, credential.secret, request) : {};
  }
}

/** By position; within one position each next is drawn by its weight. */
function drawn(credentials: readonly OwnCredential[], random: () => number): readonly OwnCredential[] {
  if (credentials.length === 1) return credentials;
  const left = [...credentials];
  const ordered: OwnCredential[] = [];
  for (let next = left[0]; next; next = left[0]) {
    const { position } = next.sealed;
    const peers = left.filter((one) => one.sealed.position === position);
    let rest = random() * peers.reduce((sum, one) => sum + one.sealed.weight, 0);
    const chosen = peers.find((one) => { rest -= one.sealed.weight; return rest < 0; }) ?? peers[peers.length - 1] ?? next;
    ordered.push(chosen);
    left.splice(left.indexOf(chosen), 1);
  }
  return ordered;
}
