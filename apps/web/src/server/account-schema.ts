import { z } from "zod";
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "./password.ts";

const EMAIL_LENGTH_MAX = 254;
const NAME_LENGTH_MAX = 80;

export const emailInput = z.string().trim().toLowerCase().max(EMAIL_LENGTH_MAX).pipe(z.email("enter an e-mail address"));
export const passwordInput = z.string().min(PASSWORD_LENGTH_MIN, `use at least ${PASSWORD_LENGTH_MIN} characters`).max(PASSWORD_LENGTH_MAX);
export const nameInput = z.string().trim().max(NAME_LENGTH_MAX).optional();
/** Six digits, or a recovery code; people type spaces and dashes. */
export const codeInput = z.string().trim().min(6).max(32);
/** A sign-in says nothing about what passwords look like. */
export const signInInput = z.object({ email: emailInput, password: z.string().min(1).max(PASSWORD_LENGTH_MAX), code: codeInput.or(z.literal("")).optional() });
export const signUpInput = z.object({ email: emailInput, password: passwordInput, name: nameInput });
export const tokenInput = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const PASSKEY_NAME_LENGTH_MAX = 60;
export const passkeyNameInput = z.string().trim().min(1, "give it a name, the device's say").max(PASSKEY_NAME_LENGTH_MAX);
/** What every answer of an authenticator has; the library reads what is inside (https://www.w3.org/TR/webauthn-3/#iface-pkcredential). */
const credential = { id: z.string().min(1), rawId: z.string().min(1), type: z.literal("public-key"), clientExtensionResults: z.looseObject({}) };
export const registrationAnswer = z.object({ ...credential, response: z.object({ clientDataJSON: z.string(), attestationObject: z.string(), transports: z.array(z.string()).exactOptional() }) });
export const signInAnswer = z.object({ ...credential, response: z.object({ clientDataJSON: z.string(), authenticatorData: z.string(), signature: z.string(), userHandle: z.string().exactOptional() }) });
