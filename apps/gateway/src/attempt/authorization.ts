/**
 * Turns a stored secret into the headers of one upstream request, whatever the provider's scheme: a plain key, a signature over the request (AWS), or an
 * access token minted from a service account's key file (Google). It promises that no error carries a secret.
 */
import { authorizeHeaders, createGoogleTokenSource, parseServiceAccount, type ExchangeForm, type GoogleTokenSource, type Profile, type Signing } from "@trunkline/providers";
import type { Soon } from "../stages.ts";

/** One service account is about 4 KB; what was not used lately is minted again. */
const TOKEN_SOURCES_MAX = 1_000;

export interface AuthorizationOptions {
  /** Posts the form of a token exchange; bounded in time and bytes, and guarded against private addresses where those are refused. */
  readonly exchange: ExchangeForm;
  readonly now: () => number;
}

export class Authorization {
  readonly #options: AuthorizationOptions;
  readonly #tokens = new Map<string, GoogleTokenSource>();

  constructor(options: AuthorizationOptions) { this.#options = options; }

  /** A promise only where an access token has to be minted first; it rejects when none can be had. */
  headers(profile: Profile, secret: string, request: Signing["request"]): Soon<Readonly<Record<string, string>>> {
    if (profile.authorize === "sigv4") return authorizeHeaders(profile, secret, { request, nowMs: this.#options.now() });
    if (profile.authorize === "google" && secret.startsWith("{")) return this.#withToken(profile, secret);
    return authorizeHeaders(profile, secret);
  }

  #withToken(profile: Profile, keyFile: string): Soon<Readonly<Record<string, string>>> {
    const source = this.#sourceOf(keyFile);
    const token = source.peek();
    return token === null ? source.token().then((minted) => authorizeHeaders(profile, minted)) : authorizeHeaders(profile, token);
  }

  #sourceOf(keyFile: string): GoogleTokenSource {
    const known = this.#tokens.get(keyFile);
    if (known) return known;
    const source = createGoogleTokenSource(parseServiceAccount(keyFile), this.#options);
    if (this.#tokens.size >= TOKEN_SOURCES_MAX) this.#tokens.clear();
    this.#tokens.set(keyFile, source);
    return source;
  }
}
