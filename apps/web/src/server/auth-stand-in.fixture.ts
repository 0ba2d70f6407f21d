// GitHub and Google as an OAuth client meets them: authorize with state and PKCE, a code that works once for its own redirect and
// client, userinfo (GitHub) or a signed ID token (Google). Hosts are told apart by path, as no two of the paths are alike.
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Person { readonly id: number; readonly name: string; readonly email: string; readonly publicEmail: boolean }
export interface AuthStandIn {
  readonly url: string;
  /** Who sits before the browser at the provider; null presses Cancel. */
  person: Person | null;
  close(): Promise<void>;
}

export const CLIENTS = { github: { id: "github-client", secret: "github-secret" }, google: { id: "google-client", secret: "google-secret" } } as const;
/** The hosts that the dashboard must reach here. */
export const PROVIDER_HOSTS = ["github.com", "api.github.com", "accounts.google.com", "oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com"] as const;
const ISSUER = "https://accounts.google.com";
const KEY_ID = "stand-in";

interface Grant { readonly person: Person; readonly redirectUri: string; readonly challenge: string | null; readonly clientId: string; readonly nonce: string | null }

export async function createAuthStandIn(): Promise<AuthStandIn> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, Person>();
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

  function idToken({ person, clientId, nonce }: Grant): string {
    const now = Math.floor(Date.now() / 1000);
    const signed = `${encode({ alg: "RS256", kid: KEY_ID, typ: "JWT" })}.${encode({ iss: ISSUER, aud: clientId, sub: String(person.id), email: person.email, email_verified: true, name: person.name, iat: now, exp: now + 3600, ...(nonce === null ? {} : { nonce }) })}`;
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const back = new URL(query.get("redirect_uri") ?? "");
    const state = query.get("state");
    if (state !== null) back.searchParams.set("state", state);
    if (standIn.person === null) back.searchParams.set("error", "access_denied");
    else {
      const code = randomBytes(12).toString("hex");
      codes.set(code, { person: standIn.person, redirectUri: query.get("redirect_uri") ?? "", challenge: query.get("code_challenge"), clientId: query.get("client_id") ?? "", nonce: query.get("nonce") });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  function exchange(form: URLSearchParams, { request, response }: { request: IncomingMessage; response: ServerResponse }): void {
    const [id, secret] = clientOf(request, form);
    const grant = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const verifier = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
    const known = Object.values(CLIENTS).some((client) => client.id === id && client.secret === secret);
    if (!known) return json(response, 401, { error: "invalid_client" });
    if (!grant || grant.clientId !== id || grant.redirectUri !== form.get("redirect_uri") || (grant.challenge !== null && grant.challenge !== verifier)) return json(response, 400, { error: "invalid_grant" });
    const token = randomBytes(12).toString("hex");
    tokens.set(token, grant.person);
    json(response, 200, { access_token: token, token_type: "bearer", scope: "read:user,user:email", expires_in: 3600, ...(id === CLIENTS.google.id ? { id_token: idToken(grant) } : {}) });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stand-in");
    const person = tokens.get(/^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "");
    if (pathname === "/login/oauth/authorize" || pathname === "/o/oauth2/v2/auth") return authorize(searchParams, response);
    if (pathname === "/login/oauth/access_token" || pathname === "/token") return exchange(new URLSearchParams(await textOf(request)), { request, response });
    if (pathname === "/.well-known/openid-configuration") {
      return json(response, 200, {
        issuer: ISSUER, authorization_endpoint: `${ISSUER}/o/oauth2/v2/auth`, token_endpoint: "https://oauth2.googleapis.com/token", userinfo_endpoint: "https://openidconnect.googleapis.com/v1/userinfo",
        jwks_uri: "https://www.googleapis.com/oauth2/v3/certs", response_types_supported: ["code"], subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"], code_challenge_methods_supported: ["S256"],
      });
    }
    if (pathname === "/oauth2/v3/certs") return json(response, 200, { keys: [{ ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "RS256", use: "sig" }] });
    if (person === undefined) return json(response, 401, { message: "Bad credentials" });
    if (pathname === "/user") return json(response, 200, { id: person.id, login: person.name.toLowerCase(), name: person.name, email: person.publicEmail ? person.email : null, avatar_url: "https://avatars.example/1" });
    if (pathname === "/user/emails") return json(response, 200, [{ email: "second@example.test", primary: false, verified: true }, { email: person.email, primary: true, verified: true }]);
    json(response, 404, { message: "Not Found" });
  }

  const server = createServer((request, response) => { void serve(request, response); });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const standIn: AuthStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, person: null,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  return standIn;
}

/** RFC 6749 section 2.3.1: HTTP Basic with form-encoded parts, or both in the body. */
function clientOf(request: IncomingMessage, form: URLSearchParams): readonly [string, string] {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (basic === undefined) return [form.get("client_id") ?? "", form.get("client_secret") ?? ""];
  const [id = "", secret = ""] = Buffer.from(basic, "base64").toString("utf8").split(":").map(decodeURIComponent);
  return [id, secret];
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
