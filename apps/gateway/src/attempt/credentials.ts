import type { BookMode } from "@trunkline/contracts";
import { authorizeHeaders, isUsableCredential, PROVIDERS, usualAddress, type PlatformCredential, type Profile, type Signing } from "@trunkline/providers";
import type { RoutedCall, Soon } from "../stages.ts";
import type { Authorization } from "./authorization.ts";

/** One attempt's request, as far as its authorization depends on it. */
export interface Authorized {
  readonly routed: Pick<RoutedCall, "mode" | "exchange">;
  readonly attempt: number;
  readonly request: Signing["request"];
}

export interface Credentials {
  /** Below which the adapter puts its path. */
  baseUrl(provider: string, mode: BookMode): string;
  /** Authorization, and what the simulator needs to be told. Secrets never enter an adapter. A promise only where a token must be minted first. */
  headers(provider: string, call: Authorized): Soon<Readonly<Record<string, string>>>;
  /** Where a live call goes; of a test call, where a live one would go. Empty where that is the operator's choice and none was made. */
  addressOf(provider: string, mode: BookMode): string;
  readonly available: Record<BookMode, ReadonlySet<string>>;
}
export interface CredentialOptions {
  readonly simulatorUrl: string;
  readonly platform: ReadonlyMap<string, PlatformCredential>;
  readonly authorization: Pick<Authorization, "headers">;
}

/** Where each dialect's paths begin; the simulator's first segment is the provider. */
const SIMULATED_ROOT: Readonly<Record<Profile["dialect"], string>> = { openai: "/v1", anthropic: "", gemini: "/v1beta", bedrock: "", cohere: "", replicate: "/v1" };
/** The simulator takes any credential. */
const SIMULATED_KEY = "simulated";
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The platform's own credentials; a test key reaches the simulator and nobody else. */
export function createCredentials({ simulatorUrl, platform, authorization }: CredentialOptions): Credentials {
  const profileOf = (provider: string): Profile => {
    const profile = PROVIDERS.get(provider);
    if (!profile) throw new Error(`no profile of provider ${provider}`);
    return profile;
  };
  const live = new Set([...platform].filter(([provider, credential]) => isUsableCredential(PROVIDERS.get(provider), credential)).map(([provider]) => provider));
  const loopback = new Set([...platform].filter(([, credential]) => LOOPBACK.test(new URL(credential.baseUrl).hostname)).map(([provider]) => provider));
  const simulated = new Map([...PROVIDERS].map(([provider, profile]) => [provider, authorizeHeaders(profile, SIMULATED_KEY)]));
  const authorize = (provider: string, { routed, request }: Authorized): Soon<Readonly<Record<string, string>>> => routed.mode === "test"
    ? simulated.get(provider) ?? {}
    : authorization.headers(profileOf(provider), platform.get(provider)?.apiKey ?? "", request);
  return {
    available: { live, test: new Set(PROVIDERS.keys()) },
    baseUrl: (provider, mode) => mode === "test" ? `${simulatorUrl}/${provider}${SIMULATED_ROOT[profileOf(provider).dialect]}` : platform.get(provider)?.baseUrl ?? profileOf(provider).baseUrl,
    addressOf: (provider, mode) => (mode === "test" ? null : platform.get(provider)?.baseUrl) ?? usualAddress(profileOf(provider)),
    headers: (provider, call) => {
      const headers = authorize(provider, call);
      if (call.routed.mode !== "test" && !loopback.has(provider)) return headers;
      return headers instanceof Promise ? headers.then((known) => traced(known, call)) : traced(headers, call);
    },
  };
}

/** What a simulator's journal and its faults go by. */
function traced(authorization: Readonly<Record<string, string>>, { routed: { mode, exchange }, attempt }: Authorized): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const name in authorization) headers[name] = authorization[name] ?? "";
  const order = exchange.headers["x-simulate"];
  if (mode === "test" && order !== undefined) headers["x-simulate"] = order;
  headers["x-trunkline-request-id"] = exchange.requestId;
  headers["x-trunkline-attempt"] = String(attempt);
  return headers;
}
