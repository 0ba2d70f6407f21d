import type { ProviderProfile } from "../adapter.ts";
import { bearer } from "./bearer.ts";
import { headerKey } from "./header-key.ts";

/** The headers that carry a credential, applied after `prepare` so that no adapter ever sees a secret. For `google` the secret is an access token. */
export function authorizeHeaders(profile: ProviderProfile, secret: string): Readonly<Record<string, string>> {
  if (secret === "" && profile.keyless) return {};
  switch (profile.authorize) {
    case "bearer": case "google": return bearer(secret);
    case "x-api-key": case "x-goog-api-key": case "api-key": return headerKey(profile.authorize, secret);
  }
}
