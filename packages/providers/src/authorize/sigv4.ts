import { createHash, createHmac } from "node:crypto";
import type { UpstreamRequest } from "../adapter.ts";

/**
 * AWS Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html): the
 * secret signs what is sent and never leaves. The clock is handed in; nothing here does I/O.
 */
export interface AwsCredential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  /** Epoch milliseconds; AWS takes a deviation of five minutes. */
  readonly nowMs: number;
}

/** What the signature covers; a request's other headers may be added and changed afterwards. */
export type SignedPart = Pick<UpstreamRequest, "url" | "headers" | "body"> & { readonly method: string };

const ALGORITHM = "AWS4-HMAC-SHA256";
const SIGNED_HEADERS = ["content-type"] as const;

/** `ACCESS_KEY_ID:SECRET_ACCESS_KEY[:SESSION_TOKEN]`; null for anything else, such as a Bedrock API key. */
export function parseAwsCredential(text: string): AwsCredential | null {
  const [, accessKeyId, secretAccessKey, sessionToken] = /^(A[A-Z0-9]{15,127}):([\w+/=]{16,}?)(?::(\S+))?$/.exec(text) ?? [];
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken: sessionToken ?? null } : null;
}

/** The headers to add: date, session token and signature. */
export function signRequest(request: SignedPart, credential: AwsCredential, scope: SigningScope): Readonly<Record<string, string>> {
  const url = new URL(request.url);
  const timestamp = new Date(scope.nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const added: Record<string, string> = { "x-amz-date": timestamp, ...(credential.sessionToken ? { "x-amz-security-token": credential.sessionToken } : {}) };
  const given = Object.fromEntries(SIGNED_HEADERS.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])));
  const headers: Record<string, string> = { host: url.host, ...given, ...added };
  const names = Object.keys(headers).sort();
  const canonical = [
    request.method, canonicalPath(url), canonicalQuery(url), ...names.map((name) => `${name}:${headers[name]?.trim().replace(/\s+/g, " ")}`),
    "", names.join(";"), sha256(request.body),
  ].join("\n");
  const credentialScope = `${timestamp.slice(0, 8)}/${scope.region}/${scope.service}/aws4_request`;
  const signature = createHmac("sha256", signingKey(credential, credentialScope)).update([ALGORITHM, timestamp, credentialScope, sha256(canonical)].join("\n")).digest("hex");
  return { ...added, authorization: `${ALGORITHM} Credential=${credential.accessKeyId}/${credentialScope}, SignedHeaders=${names.join(";")}, Signature=${signature}` };
}

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** The key of one day, region and service: four steps from the secret. */
function signingKey({ secretAccessKey }: AwsCredential, credentialScope: string): Buffer {
  return credentialScope.split("/").reduce((key, part) => createHmac("sha256", key).update(part).digest(), Buffer.from(`AWS4${secretAccessKey}`));
}

/** RFC 3986 as AWS reads it: only unreserved characters stay. */
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** Every service but S3 encodes the path once more than it is sent. */
const canonicalPath = (url: URL): string => url.pathname.split("/").map(encode).join("/");

const canonicalQuery = (url: URL): string =>
  [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join("&");
