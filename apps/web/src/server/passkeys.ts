/**
 * Passkeys: WebAuthn credentials (https://www.w3.org/TR/webauthn-3/) that sign for this installation's own address and verify their person,
 * so that one stands for password and second factor. Decides whose address it is, which challenges count and for how long.
 */
import { isIP } from "node:net";
import { generateAuthenticationOptions, generateRegistrationOptions, verifyAuthenticationResponse, verifyRegistrationResponse, type AuthenticationResponseJSON, type PublicKeyCredentialCreationOptionsJSON, type PublicKeyCredentialRequestOptionsJSON, type RegistrationResponseJSON } from "@simplewebauthn/server";
import { webEnv } from "../env.ts";
import { services } from "./services.ts";

const NAME = "Trunkline";
/** A person looks for their phone; the browser gives up at the same time. */
const CHALLENGE_LIFE_MS = 5 * 60_000;

export interface RelyingParty { readonly id: string; readonly origin: string }

/** Null where browsers offer no passkeys: at a bare IP address, and without TLS except on `localhost`. */
export function relyingParty(publicUrl: string = webEnv().PUBLIC_WEB_URL): RelyingParty | null {
  const { hostname, origin, protocol } = new URL(publicUrl);
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return null;
  return protocol === "https:" || hostname === "localhost" ? { id: hostname, origin } : null;
}

const keep = (userId: string | null, challenge: string): Promise<void> => services().db.passkeys.keepChallenge(userId, challenge, new Date(Date.now() + CHALLENGE_LIFE_MS));

export async function beginPasskey(party: RelyingParty, user: { readonly id: string; readonly email: string; readonly name: string | null }): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const known = await services().db.passkeys.list(user.id);
  const options = await generateRegistrationOptions({
    rpName: NAME, rpID: party.id, userName: user.email, userDisplayName: user.name ?? user.email, userID: new TextEncoder().encode(user.id), timeout: CHALLENGE_LIFE_MS, attestationType: "none",
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })), authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
  await keep(user.id, options.challenge);
  return options;
}

/** False where the answer is not one to our challenge, or there are too many passkeys. */
export async function addPasskey(party: RelyingParty, userId: string, { name, response }: { readonly name: string; readonly response: RegistrationResponseJSON }): Promise<boolean> {
  const { passkeys } = services().db;
  const answer = await verifyRegistrationResponse({
    response, expectedChallenge: (challenge) => passkeys.takeChallenge(userId, challenge), expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true,
  }).catch(() => null);
  if (!answer?.verified) return false;
  const { id, publicKey, counter, transports } = answer.registrationInfo.credential;
  return passkeys.add(userId, { id, publicKey, counter, transports: transports ?? [], name });
}

export async function beginPasskeySignIn(party: RelyingParty): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await generateAuthenticationOptions({ rpID: party.id, timeout: CHALLENGE_LIFE_MS, userVerification: "required" });
  await keep(null, options.challenge);
  return options;
}

/** Whom it lets in; null: nobody. */
export async function passkeyOwner(party: RelyingParty, response: AuthenticationResponseJSON): Promise<string | null> {
  const { passkeys } = services().db;
  const passkey = await passkeys.findForSignIn(response.id);
  if (!passkey) return null;
  const answer = await verifyAuthenticationResponse({
    response, expectedChallenge: (challenge) => passkeys.takeChallenge(null, challenge), expectedOrigin: party.origin, expectedRPID: party.id, requireUserVerification: true,
    credential: { id: passkey.id, publicKey: passkey.publicKey, counter: passkey.counter, transports: [...passkey.transports] },
  }).catch(() => null);
  if (!answer?.verified) return null;
  return (await passkeys.used(passkey.id, passkey.counter, answer.authenticationInfo.newCounter)) ? passkey.userId : null;
}
