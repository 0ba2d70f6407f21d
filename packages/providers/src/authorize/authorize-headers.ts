import type { Profile } from "../adapter.ts";
import { bearer } from "./bearer.ts";
import { headerKey } from "./header-key.ts";
import { parseAwsCredential, signRequest, type SignedPart } from "./sigv4.ts";

/** What a signature needs beside the secret: the request as it will be sent, and the time in epoch milliseconds. */
export interface Signing { readonly request: SignedPart; readonly nowMs: number }

/** AWS's addresses name the region: `bedrock-runtime.us-east-1.amazonaws.com`. A private address signs for the default one. */
const REGION_DEFAULT = "us-east-1";
const BEDROCK_SERVICE = "bedrock";

/**
 * The headers that carry a credential, applied after `prepare` so that no adapter ever sees a secret. For `google` the secret is
 * an access token. Throws TypeError where AWS credentials are to sign and no `signing` was given.
 */
export function authorizeHeaders(profile: Profile, secret: string, signing?: Signing): Readonly<Record<string, string>> {
  if (secret === "" && profile.keyless) return {};
  switch (profile.authorize) {
    case "bearer": case "google": return bearer(secret);
    case "x-api-key": case "x-goog-api-key": case "api-key": return headerKey(profile.authorize, secret);
    case "sigv4": return signed(secret, signing);
  }
}

function signed(secret: string, signing: Signing | undefined): Readonly<Record<string, string>> {
  const credential = parseAwsCredential(secret);
  if (!credential) return bearer(secret);
  if (!signing) throw new TypeError("AWS credentials sign a request: it and the time are needed");
  const region = /\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(new URL(signing.request.url).hostname)?.[1] ?? REGION_DEFAULT;
  return signRequest(signing.request, credential, { region, service: BEDROCK_SERVICE, nowMs: signing.nowMs });
}
