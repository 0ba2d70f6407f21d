import { createSign } from "node:crypto";
import { parseJsonObject, textOf } from "@trunkline/protocol";

/** The part of a service account's key file that minting takes. */
export interface ServiceAccount {
  readonly clientEmail: string;
  readonly privateKeyId: string;
  /** PKCS 8 in PEM. */
  readonly privateKey: string;
  readonly tokenUrl: string;
}

/** Posts a form and returns the answer's status and text; the only I/O, handed in. May reject. */
export type ExchangeForm = (url: string, form: Readonly<Record<string, string>>) => Promise<{ readonly status: number; readonly body: string }>;

export interface GoogleTokenSource {
  /** A token that is good for a minute at least. Rejects when none can be had; the message holds no secret. */
  token(): Promise<string>;
  /** The token at hand, null where there is none or it is spent; near its end a new one is minted meanwhile. For callers that cannot wait. */
  peek(): string | null;
}

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** The longest that Google allows an assertion to live. */
const ASSERTION_SECONDS = 3600;
/** A token is renewed this long before its end, as Google's own client does, so that a request never waits for it. */
const RENEW_AHEAD_MS = 5 * 60_000;
/** A token about to end would end under way. */
const SPENT_AHEAD_MS = 60_000;
/** After a refusal the same key is not tried again at once: the token endpoint would throttle the whole project. */
const RETRY_AFTER_MS = 5000;

/** Reads a key file (https://cloud.google.com/iam/docs/keys-create-delete). Throws Error that names the missing field and no value. */
export function parseServiceAccount(json: string): ServiceAccount {
  const file = parseJsonObject(json);
  if (!file) throw new Error("a service account's key file must be a JSON object");
  const field = (name: string): string => {
    const value = textOf(file[name]);
    if (value === "") throw new Error(`the service account's key file lacks "${name}"`);
    return value;
  };
  return { clientEmail: field("client_email"), privateKeyId: field("private_key_id"), privateKey: field("private_key"), tokenUrl: field("token_uri") };
}

interface Minted { readonly token: string; readonly endsAtMs: number }

/**
 * Access tokens of one service account, by the JWT grant (https://developers.google.com/identity/protocols/oauth2/service-account).
 * One exchange at a time, however many wait for it; a failed renewal does no harm while the old token lives. `now` is epoch milliseconds.
 */
export function createGoogleTokenSource(account: ServiceAccount, parts: { readonly exchange: ExchangeForm; readonly now: () => number }): GoogleTokenSource {
  let minted: Minted | null = null;
  let running: Promise<Minted> | null = null;
  let failedAtMs = Number.NEGATIVE_INFINITY;

  const mint = (): Promise<Minted> => {
    running ??= exchangeAssertion(account, parts)
      .then((fresh) => minted = fresh, (error: unknown) => { failedAtMs = parts.now(); throw error; })
      .finally(() => { running = null; });
    return running;
  };
  const isGood = (held: Minted | null): held is Minted => held !== null && held.endsAtMs - parts.now() > SPENT_AHEAD_MS;
  const renewAhead = (held: Minted): void => {
    const now = parts.now();
    if (held.endsAtMs - now <= RENEW_AHEAD_MS && now - failedAtMs >= RETRY_AFTER_MS) mint().catch(() => undefined);
  };
  return {
    async token() {
      if (!isGood(minted)) return (await mint()).token;
      renewAhead(minted);
      return minted.token;
    },
    peek() {
      if (isGood(minted)) renewAhead(minted);
      else if (parts.now() - failedAtMs >= RETRY_AFTER_MS) mint().catch(() => undefined);
      return isGood(minted) ? minted.token : null;
    },
  };
}

async function exchangeAssertion(account: ServiceAccount, { exchange, now }: { readonly exchange: ExchangeForm; readonly now: () => number }): Promise<Minted> {
  const askedAtMs = now();
  const { status, body } = await exchange(account.tokenUrl, { grant_type: GRANT_TYPE, assertion: signAssertion(account, askedAtMs) });
  const answer = parseJsonObject(body);
  const token = textOf(answer?.["access_token"]);
  const seconds = answer?.["expires_in"];
  if (status !== 200 || token === "" || typeof seconds !== "number") throw new Error(`Google's token endpoint answered ${status} ${textOf(answer?.["error"]) || "without a token"}`);
  return { token, endsAtMs: askedAtMs + seconds * 1000 };
}

/** A JWT (RFC 7519) under RS256; its times are whole seconds. */
function signAssertion(account: ServiceAccount, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = part({ alg: "RS256", typ: "JWT", kid: account.privateKeyId });
  const claims = part({ iss: account.clientEmail, scope: SCOPE, aud: account.tokenUrl, iat: issuedAt, exp: issuedAt + ASSERTION_SECONDS });
  return `${header}.${claims}.${createSign("RSA-SHA256").update(`${header}.${claims}`).sign(account.privateKey, "base64url")}`;
}
