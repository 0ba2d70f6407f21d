import { emailInput, passwordInput } from "../server/account-schema.ts";
import { issueKey } from "../server/issue-key.ts";
import { hashPassword, verifyPassword } from "../server/password.ts";
import { required, UsageError, type Arguments } from "./arguments.ts";
import type { Operator } from "./operator.ts";

/** The user of the address: created, or the existing one if the password is theirs. */
async function userOf({ db }: Operator, email: string, password: string) {
  const existing = await db.accounts.findUserForSignIn(email);
  if (!existing) return db.accounts.createUser({ email, name: null, passwordHash: await hashPassword(password) });
  if (!(await verifyPassword(password, existing.passwordHash))) throw new UsageError("an account with this e-mail exists, and the password is not its");
  return existing;
}

/** User, organization, default project and three keys. The keys are shown this once; run again, it makes new ones. */
export async function bootstrap(operator: Operator, input: Arguments) {
  const email = emailInput.safeParse(required(input, "email"));
  const password = passwordInput.safeParse(required(input, "password"));
  if (!email.success) throw new UsageError("--email is not an e-mail address");
  if (!password.success) throw new UsageError(`--password: ${password.error.issues[0]?.message ?? "is not acceptable"}`);
  const user = await userOf(operator, email.data, password.data);
  await operator.db.accounts.markEmailVerified(user.email);
  const { organizationId, projectId } = await operator.db.accounts.ensureOrganization(user, required(input, "org"));
  const actor = { organizationId, role: "owner" as const, userId: user.id, label: `user:${user.id}` };
  const issue = async (kind: "live" | "test" | "mgmt", name: string) => (await issueKey(operator.db, operator.peppers, { actor, projectId, input: { name, kind } })).secret;
  return { organizationId, projectId, apiKey: await issue("live", "Bootstrap live"), testKey: await issue("test", "Bootstrap test"), managementKey: await issue("mgmt", "Bootstrap management") };
}
