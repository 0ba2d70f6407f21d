import { randomBytes } from "node:crypto";
import type { Role } from "@trunkline/contracts";
import type { MailedPurpose } from "@trunkline/db/web";
import { webEnv } from "../env.ts";
import { sendMail } from "./mail.ts";
import { services } from "./services.ts";

interface LinkKind { readonly path: string; readonly lifeMs: number }
/** The stronger what a link can do, the sooner it dies. */
const LINKS: Readonly<Record<MailedPurpose, LinkKind>> = {
  verify: { path: "/api/account/verify", lifeMs: 86_400_000 },
  reset: { path: "/reset-password", lifeMs: 3_600_000 },
  "sign-in": { path: "/sign-in/link", lifeMs: 15 * 60_000 },
};
/** 256 bits: not to be guessed. */
const TOKEN_BYTES = 32;

async function newLink(purpose: MailedPurpose, email: string): Promise<string> {
  const value = randomBytes(TOKEN_BYTES).toString("base64url");
  const { path, lifeMs } = LINKS[purpose];
  await services().db.accounts.createToken(purpose, email, { value, expires: new Date(Date.now() + lifeMs) });
  return new URL(`${path}?token=${value}`, webEnv().PUBLIC_WEB_URL).href;
}

const INVITE_LIFE_MS = 7 * 86_400_000;

/** The organization's name is the inviter's own text: it stands in quotes and never in a link. */
export async function sendInvitation({ organizationId, organizationName, role, email }: { readonly organizationId: string; readonly organizationName: string; readonly role: Role; readonly email: string }): Promise<void> {
  const value = randomBytes(TOKEN_BYTES).toString("base64url");
  await services().db.accounts.createToken(`invite:${organizationId}:${role}`, email, { value, expires: new Date(Date.now() + INVITE_LIFE_MS) });
  const { href } = new URL(`/api/account/accept-invitation?token=${value}`, webEnv().PUBLIC_WEB_URL);
  await sendMail({
    to: email, subject: "You are invited to Trunkline",
    text: `You are invited to join "${organizationName}" as ${role}.\n\nAccept within 7 days:\n${href}\n\nWithout an account, sign up with this address first and open the link again. If you do not know the sender, ignore this message.`,
  });
}

export async function sendVerification(email: string): Promise<void> {
  const link = await newLink("verify", email);
  await sendMail({ to: email, subject: "Confirm your e-mail address", text: `Welcome to Trunkline.\n\nConfirm your address within 24 hours:\n${link}\n\nIf you did not sign up, ignore this message.` });
}

export async function sendReset(email: string): Promise<void> {
  const link = await newLink("reset", email);
  await sendMail({ to: email, subject: "Reset your password", text: `Somebody asked to reset the password of your Trunkline account.\n\nChoose a new one within an hour:\n${link}\n\nIf it was not you, ignore this message; nothing has changed.` });
}

export async function sendSignInLink(email: string): Promise<void> {
  const link = await newLink("sign-in", email);
  await sendMail({ to: email, subject: "Your link to sign in", text: `Sign in to Trunkline within 15 minutes; the link works once:\n${link}\n\nIf you did not ask for it, ignore this message and pass the link to nobody.` });
}

/** Whoever adds a way in is told of it, also where it was somebody else. */
export async function sendPasskeyAdded(email: string, name: string): Promise<void> {
  const { href } = new URL("/account", webEnv().PUBLIC_WEB_URL);
  await sendMail({ to: email, subject: "A passkey was added to your account", text: `The passkey "${name}" now opens your Trunkline account.\n\nIf it was not you, remove it and change your password:\n${href}` });
}
