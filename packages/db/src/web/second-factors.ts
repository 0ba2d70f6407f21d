/** Authenticator apps of people. Belongs to no tenant; the caller has made sure who asks. Decides that a code and a recovery code are taken once, however many ask at the same moment. */
import type { CredentialBinding } from "@trunkline/keys";
import type { StoreContext } from "./context.ts";
import { digest } from "./token-digest.ts";

export interface SecondFactorRecord { readonly sealed: string; readonly confirmedAt: Date | null; readonly recovery: readonly string[] }

/** A seal copied to another person's row does not open. */
export const secondFactorBinding = (userId: string): CredentialBinding => ({ organizationId: "", credentialId: userId, provider: "second-factor", baseUrl: null, version: 1 });

export function createSecondFactors({ client, nowMs }: Pick<StoreContext, "client" | "nowMs">) {
  const takeStep = async (userId: string, step: number, data: { confirmedAt?: Date; recovery?: string[] }, confirmed: boolean): Promise<boolean> =>
    (await client.secondFactor.updateMany({ where: { userId, lastStep: { lt: BigInt(step) }, confirmedAt: confirmed ? { not: null } : null }, data: { lastStep: BigInt(step), ...data } })).count > 0;
  return {
    binding: secondFactorBinding,
    find: (userId: string): Promise<SecondFactorRecord | null> => client.secondFactor.findUnique({ where: { userId }, select: { sealed: true, confirmedAt: true, recovery: true } }),
    /** Replaces one that was begun and never confirmed; false where a confirmed one stands. */
    async begin(userId: string, sealed: string): Promise<boolean> {
      await client.secondFactor.deleteMany({ where: { userId, confirmedAt: null } });
      return (await client.secondFactor.createMany({ data: [{ userId, sealed, recovery: [] }], skipDuplicates: true })).count > 0;
    },
    /** From now on it is asked for; only digests of the recovery codes are kept. False where there is nothing to confirm. */
    confirm: (userId: string, step: number, recoveryCodes: readonly string[]): Promise<boolean> => takeStep(userId, step, { confirmedAt: new Date(nowMs()), recovery: recoveryCodes.map(digest) }, false),
    /** False where a code of this step or a later one was taken before. */
    useStep: (userId: string, step: number): Promise<boolean> => takeStep(userId, step, {}, true),
    async useRecoveryCode(userId: string, code: string): Promise<boolean> {
      return (await client.$executeRaw`UPDATE second_factor SET recovery = array_remove(recovery, ${digest(code)}) WHERE "userId" = ${userId} AND ${digest(code)} = ANY (recovery) AND "confirmedAt" IS NOT NULL`) > 0;
    },
    /**
     * For the operator's command line only, where a person lost app and codes: takes the second factor away, ends every session, and says so in the audit log of
     * each organization of the person. False where there was none.
     */
    reset: (userId: string): Promise<boolean> => client.$transaction(async (transaction) => {
      if ((await transaction.secondFactor.deleteMany({ where: { userId } })).count === 0) return false;
      await transaction.session.deleteMany({ where: { userId } });
      const memberships = await transaction.member.findMany({ where: { userId }, select: { organizationId: true } });
      await transaction.auditEntry.createMany({ data: memberships.map(({ organizationId }) => ({ organizationId, actor: "operator", action: "member.second-factor-reset", subject: userId })) });
      return true;
    }),
    remove: async (userId: string): Promise<void> => { await client.secondFactor.deleteMany({ where: { userId } }); },
  };
}
