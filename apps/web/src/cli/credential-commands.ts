/** Provider credentials of an organization, and the rotation of the keys that seal them. */
import { parseVersionedSecrets } from "@trunkline/keys";
import { readFileSync } from "node:fs";
import { credentialEnv } from "../env.ts";
import { addCredential, newCredentialInput, recheckCredential, removeCredential, toCredentialView } from "../server/provider-credential.ts";
import { required, UsageError, type Arguments } from "./arguments.ts";
import { actorFor } from "./operator.ts";
import type { Command } from "./resource-commands.ts";

/** Standard input keeps a secret out of the shell's history and of the process list. */
const secretOf = (input: Arguments): string => {
  const given = input.flags.get("secret");
  return given !== undefined && given !== "true" && given !== "-" ? given : readFileSync("/dev/stdin", "utf8").trim();
};
const idOf = (input: Arguments): string => {
  const id = input.words[2] ?? input.flags.get("id");
  if (!id) throw new UsageError("name the credential by its id");
  return id;
};

/** `--provider P --label L`, the secret on standard input; `--no-validate` stores it unasked, `--no-fallback` keeps the platform's key out. */
const create: Command = async (operator, input) => {
  const weight = input.flags.get("weight");
  const checked = newCredentialInput.parse({
    provider: required(input, "provider"), label: input.flags.get("label") ?? required(input, "provider"), secret: secretOf(input), validate: !input.flags.has("no-validate"), baseUrl: input.flags.get("base-url") ?? null,
    platformFallback: !input.flags.has("no-fallback"), ...(weight === undefined ? {} : { weight: Number(weight) }),
  });
  const { credential, note } = await addCredential({ db: operator.db, kv: operator.kv() }, await actorFor(operator, input), { input: checked, nowMs: Date.now() });
  return { ...credential, note };
};

/** After a newer version was put into ENCRYPTION_KEYS everywhere: afterwards the older one may go. */
const rewrap: Command = ({ db }) => {
  const keks = credentialEnv().ENCRYPTION_KEYS;
  if (keks === undefined) throw new UsageError("ENCRYPTION_KEYS is not set");
  return db.seals.rewrapAll(parseVersionedSecrets(keks));
};

export const CREDENTIAL_COMMANDS: Readonly<Record<string, Command>> = {
  "credential list": async (operator, input) => (await operator.db.credentials.list(await actorFor(operator, input))).map(toCredentialView),
  "credential create": create,
  "credential validate": async (operator, input) => recheckCredential({ db: operator.db, kv: operator.kv() }, await actorFor(operator, input), { id: idOf(input), nowMs: Date.now() }),
  "credential delete": async (operator, input) => removeCredential({ db: operator.db, kv: operator.kv() }, await actorFor(operator, input), idOf(input)),
  "credential rewrap": rewrap,
};
