/** Passkeys of people and the challenges their authenticators sign. Belongs to no tenant; the caller has made sure who asks. Decides that a challenge is taken once. */
import type { StoreContext } from "./context.ts";
import { digest } from "./token-digest.ts";

/** A person has a few devices; the list of all goes to the browser when one more is added. */
const PASSKEYS_MAX = 20;

export interface NewPasskey { readonly id: string; readonly publicKey: Uint8Array<ArrayBuffer>; readonly counter: number; readonly transports: readonly string[]; readonly name: string }
export interface PasskeyRecord { readonly id: string; readonly name: string; readonly transports: readonly string[]; readonly createdAt: Date; readonly lastUsedAt: Date | null }
/** What its signature is checked with. */
export interface PasskeyForSignIn { readonly id: string; readonly userId: string; readonly publicKey: Uint8Array<ArrayBuffer>; readonly counter: number; readonly transports: readonly string[] }

export function createPasskeys({ client, nowMs }: Pick<StoreContext, "client" | "nowMs">) {
  return {
    /** `userId` null: whoever signs in may answer it. What has expired goes with it, so that unanswered ones do not pile up. */
    async keepChallenge(userId: string | null, challenge: string, expires: Date): Promise<void> {
      await client.$transaction([
        client.passkeyChallenge.deleteMany({ where: { expires: { lt: new Date(nowMs()) } } }),
        client.passkeyChallenge.create({ data: { digest: digest(challenge), userId, expires } }),
      ]);
    },
    /** True once, and only for whom it was made. */
    takeChallenge: async (userId: string | null, challenge: string): Promise<boolean> =>
      (await client.passkeyChallenge.deleteMany({ where: { digest: digest(challenge), userId, expires: { gte: new Date(nowMs()) } } })).count === 1,
    list: (userId: string): Promise<PasskeyRecord[]> => client.passkey.findMany({ where: { userId }, orderBy: { createdAt: "asc" }, select: { id: true, name: true, transports: true, createdAt: true, lastUsedAt: true } }),
    /** False where the person has as many as there may be, or the credential is known already. */
    add: (userId: string, passkey: NewPasskey): Promise<boolean> => client.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT id FROM "user" WHERE id = ${userId} FOR UPDATE`;
      if ((await transaction.passkey.count({ where: { userId } })) >= PASSKEYS_MAX) return false;
      return (await transaction.passkey.createMany({ data: [{ ...passkey, transports: [...passkey.transports], userId, createdAt: new Date(nowMs()) }], skipDuplicates: true })).count === 1;
    }),
    remove: async (userId: string, id: string): Promise<boolean> => (await client.passkey.deleteMany({ where: { userId, id } })).count === 1,
    async findForSignIn(id: string): Promise<PasskeyForSignIn | null> {
      const row = await client.passkey.findUnique({ where: { id }, select: { id: true, userId: true, publicKey: true, counter: true, transports: true } });
      return row && { ...row, counter: Number(row.counter) };
    },
    /** False where another sign-in with the same count came first: of a copied authenticator one is let in. */
    used: async (id: string, before: number, counter: number): Promise<boolean> =>
      (await client.passkey.updateMany({ where: { id, counter: BigInt(before) }, data: { counter: BigInt(counter), lastUsedAt: new Date(nowMs()) } })).count === 1,
  };
}
