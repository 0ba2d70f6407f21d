import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createGoogleTokenSource, parseServiceAccount, type ExchangeForm } from "./google-token-source.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048, publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
const KEY_FILE = { type: "service_account", client_email: "a@p.iam.gserviceaccount.com", private_key_id: "k1", private_key: privateKey, token_uri: "https://oauth2.test/token" };
const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

/** A token endpoint whose answers wait until they are let go. */
function stand() {
  let nowMs = START_MS;
  const asked: { url: string; form: Readonly<Record<string, string>>; answer: (status: number, body: object) => void }[] = [];
  const exchange: ExchangeForm = (url, form) => new Promise((resolve) => asked.push({ url, form, answer: (status, body) => resolve({ status, body: JSON.stringify(body) }) }));
  const source = createGoogleTokenSource(parseServiceAccount(JSON.stringify(KEY_FILE)), { exchange, now: () => nowMs });
  return { source, asked, pass: (ms: number) => { nowMs += ms; } };
}
const TOKEN = (name: string) => ({ access_token: name, expires_in: 3600, token_type: "Bearer" });
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a token source", () => {
  it("asserts the service account's identity with a signature that its public key verifies", async () => {
    const { source, asked } = stand();
    const token = source.token();
    const { url, form, answer } = asked[0] ?? expect.fail();
    const [header = "", claims = "", signature = ""] = (form["assertion"] ?? "").split(".");
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    expect(url).toBe(KEY_FILE.token_uri);
    expect(form["grant_type"]).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    expect(read(header)).toEqual({ alg: "RS256", typ: "JWT", kid: "k1" });
    expect(read(claims)).toEqual({ iss: KEY_FILE.client_email, scope: "https://www.googleapis.com/auth/cloud-platform", aud: KEY_FILE.token_uri, iat: START_MS / 1000, exp: START_MS / 1000 + 3600 });
    expect(createVerify("RSA-SHA256").update(`${header}.${claims}`).verify(publicKey, signature, "base64url")).toBe(true);
    answer(200, TOKEN("one"));
    expect(await token).toBe("one");
  });

  it("asks once however many wait, and not again while the token lives", async () => {
    const { source, asked, pass } = stand();
    const waiting = [source.token(), source.token(), source.token()];
    asked[0]?.answer(200, TOKEN("one"));
    expect(await Promise.all(waiting)).toEqual(["one", "one", "one"]);
    pass(50 * MINUTE_MS);
    expect([await source.token(), source.peek()]).toEqual(["one", "one"]);
    expect(asked).toHaveLength(1);
  });

  it("renews near the end without letting anybody wait, and outlives a failed renewal", async () => {
    const { source, asked, pass } = stand();
    const first = source.token();
    asked[0]?.answer(200, TOKEN("one"));
    await first;
    pass(56 * MINUTE_MS);
    expect(await source.token()).toBe("one");
    asked[1]?.answer(500, { error: "internal_failure" });
    await settled();
    expect([source.peek(), asked.length]).toEqual(["one", 2]);
    pass(MINUTE_MS);
    expect(source.peek()).toBe("one");
    asked[2]?.answer(200, TOKEN("two"));
    await settled();
    expect(source.peek()).toBe("two");
  });

  it("never hands out a spent token, and says by the status alone why it has none", async () => {
    const { source, asked, pass } = stand();
    expect(source.peek()).toBeNull();
    asked[0]?.answer(200, TOKEN("one"));
    await settled();
    pass(59.5 * MINUTE_MS);
    expect(source.peek()).toBeNull();
    const refused = source.token();
    asked[1]?.answer(400, { error: "invalid_grant", error_description: privateKey });
    await expect(refused).rejects.toThrow(/^Google's token endpoint answered 400 invalid_grant$/);
  });
});

it("names the missing field of a key file, and none of its values", () => {
  expect(() => parseServiceAccount(JSON.stringify({ ...KEY_FILE, private_key: undefined }))).toThrow(/lacks "private_key"$/);
  expect(() => parseServiceAccount("{")).toThrow(/must be a JSON object/);
});
