import type { BookMode } from "@trunkline/contracts";
import { authorizeHeaders, PROVIDERS, type ProviderProfile } from "@trunkline/providers";
import type { RoutedCall } from "../stages.ts";

export interface Credentials {
  /** Below which the adapter puts its path. */
  baseUrl(provider: string, mode: BookMode): string;
  /** Authorization, and what the simulator needs to be told. Secrets never enter an adapter. */
  headers(provider: string, routed: RoutedCall, attempt: number): Readonly<Record<string, string>>;
  readonly available: Record<BookMode, ReadonlySet<string>>;
}
export interface CredentialOptions {
  readonly simulatorUrl: string;
  readonly platform: ReadonlyMap<string, { readonly apiKey: string | null; readonly baseUrl: string }>;
}

/** Where each dialect's paths begin; the simulator's first segment is the provider. */
const SIMULATED_ROOT: Readonly<Record<ProviderProfile["dialect"], string>> = { openai: "/v1", anthropic: "", gemini: "/v1beta" };
/** The simulator takes any credential. */
const SIMULATED_KEY = "simulated";
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The platform's own credentials; a test key reaches the simulator and nobody else. */
export function createCredentials({ simulatorUrl, platform }: CredentialOptions): Credentials {
  const profileOf = (provider: string): ProviderProfile => {
    const profile = PROVIDERS.get(provider);
    if (!profile) throw new Error(`no profile of provider ${provider}`);
    return profile;
  };
  const live = new Set([...platform].filter(([provider, credential]) => credential.apiKey !== null && PROVIDERS.has(provider)).map(([provider]) => provider));
  const loopback = new Set([...platform].filter(([, credential]) => LOOPBACK.test(new URL(credential.baseUrl).hostname)).map(([provider]) => provider));
  return {
    available: { live, test: new Set(PROVIDERS.keys()) },
    baseUrl: (provider, mode) => mode === "test" ? `${simulatorUrl}/${provider}${SIMULATED_ROOT[profileOf(provider).dialect]}` : platform.get(provider)?.baseUrl ?? profileOf(provider).baseUrl,
    headers: (provider, routed, attempt) => {
      const profile = profileOf(provider);
      const isTest = routed.mode === "test";
      const headers: Record<string, string> = { ...authorizeHeaders(profile, isTest ? SIMULATED_KEY : platform.get(provider)?.apiKey ?? "") };
      const order = routed.exchange.headers["x-simulate"];
      if (isTest && order !== undefined) headers["x-simulate"] = order;
      if (isTest || loopback.has(provider)) { headers["x-trunkline-request-id"] = routed.exchange.requestId; headers["x-trunkline-attempt"] = String(attempt); }
      return headers;
    },
  };
}
