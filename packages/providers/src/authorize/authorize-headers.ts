import type { ProviderProfile } from "../adapter.ts";
import { bearer } from "./bearer.ts";
import { headerKey } from "./header-key.ts";

/** The headers that carry a credential, applied after `prepare` so that no adapter ever sees a secret. */
export function authorizeHeaders(profile: ProviderProfile, secret: string): Readonly<Record<string, string>> {
  if (secret === "" && profile.keyless) return {};
  switch (profile.authorize) {
    case "bearer": return bearer(secret);
    case "x-api-key": case "x-goog-api-key": return headerKey(profile.authorize, secret);
  }
}
