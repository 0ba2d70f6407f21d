import type { Profile } from "../adapter.ts";

/** The platform's own credential for a provider, as the environment gives it. */
export interface PlatformCredential {
  /** null: none; keyless providers need none. */
  readonly apiKey: string | null;
  readonly baseUrl: string;
  /** The environment names the address. */
  readonly isAddressed: boolean;
}

/** `<PROVIDER>_API_KEY` and `<PROVIDER>_BASE_URL` of every profile. Throws an Error that names the variable whose address is none. */
export function readPlatformCredentials(source: Readonly<Record<string, string | undefined>>, profiles: Iterable<Profile>): ReadonlyMap<string, PlatformCredential> {
  return new Map([...profiles].map((profile) => {
    const named = source[`${profile.env}_BASE_URL`];
    const baseUrl = named ?? profile.baseUrl;
    if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) throw new Error(`${profile.env}_BASE_URL: must be a URL of http or https`);
    return [profile.id, { apiKey: source[`${profile.env}_API_KEY`] ?? null, baseUrl: baseUrl.replace(/\/+$/, ""), isAddressed: named !== undefined }];
  }));
}

/** A provider without an address of its own is used once the environment names one, and a keyless one is not used before. */
export function isUsableCredential(profile: Profile | undefined, { apiKey, isAddressed }: PlatformCredential): boolean {
  if (!profile || (profile.baseUrlIsExample && !isAddressed)) return false;
  return apiKey !== null || (profile.keyless === true && isAddressed);
}
