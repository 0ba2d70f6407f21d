/** One-time tokens of links in mails. Stored as SHA-256 only; each works once. */
import type { Role } from "@trunkline/contracts";
import type { StoreContext } from "./context.ts";
import { digest } from "./token-digest.ts";

/** What a link in a mail to a person's own address does. */
export type MailedPurpose = "verify" | "reset" | "sign-in";
/** `invite` is followed by organization and role: `invite:<organization>:<role>`. */
type TokenPurpose = MailedPurpose | `invite:${string}:${Role}`;

export function createMailedTokens({ client, nowMs }: Pick<StoreContext, "client" | "nowMs">) {
  return {
    /** Replaces earlier tokens of the same purpose, so that only the newest link works. */
    async createToken(purpose: TokenPurpose, email: string, token: { value: string; expires: Date }): Promise<void> {
      const identifier = `${purpose}:${email}`;
      await client.$transaction([
        client.verificationToken.deleteMany({ where: { identifier } }),
        client.verificationToken.create({ data: { identifier, token: digest(token.value), expires: token.expires } }),
      ]);
    },
    /** The e-mail address the token was made for, once; null when unknown, used or expired. */
    async useToken(purpose: MailedPurpose, value: string): Promise<string | null> {
      const rows = await client.$queryRaw<{ identifier: string; expires: Date }[]>`
        DELETE FROM verification_token WHERE token = ${digest(value)} AND identifier LIKE ${`${purpose}:%`} RETURNING identifier, expires`;
      const row = rows[0];
      return row && row.expires.getTime() > nowMs() ? row.identifier.slice(purpose.length + 1) : null;
    },
    /** The same without using it up. */
    async findToken(purpose: MailedPurpose, value: string): Promise<string | null> {
      const row = await client.verificationToken.findFirst({ where: { token: digest(value), identifier: { startsWith: `${purpose}:` }, expires: { gt: new Date(nowMs()) } }, select: { identifier: true } });
      return row && row.identifier.slice(purpose.length + 1);
    },
  };
}
