/** list, create and the like for organizations, projects, keys, presets and budgets; the same data layer and schemas as the dashboard. */
import { readFileSync } from "node:fs";
import { INVALIDATION_TOPICS, presetDocumentSchema } from "@trunkline/contracts";
import { createBudget, newBudgetInput, removeBudget, toBudgetView } from "../server/budget-view.ts";
import { issueKey, newKeyInput } from "../server/issue-key.ts";
import { toKeyView } from "../server/key-view.ts";
import { presetSlugInput, toPresetView } from "../server/preset-view.ts";
import { OVERLAP_SECONDS_DEFAULT, OVERLAP_SECONDS_MAX, rotateKey } from "../server/rest/rotate-key.ts";
import { required, UsageError, type Arguments } from "./arguments.ts";
import { actorFor, type Operator } from "./operator.ts";

export type Command = (operator: Operator, input: Arguments) => Promise<unknown>;

/** `/dev/stdin` serves for `-`. A document is small: one read. */
function readDocument(file: string) {
  return presetDocumentSchema.parse(JSON.parse(readFileSync(file === "-" ? "/dev/stdin" : file, "utf8")));
}

const target = (input: Arguments, noun: string): string => {
  const id = input.words[2] ?? input.flags.get("id");
  if (!id) throw new UsageError(`name the ${noun}`);
  return id;
};

/** `--rpm`, `--tpm` and `--concurrency` limit requests and tokens a minute and calls at a time. `--browser-origins https://app.example.com,https://other.example.com` for a key that pages may use; `*`: any page. */
const createKey: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const project = await operator.db.organizations.findProject(actor, input.flags.get("project") ?? "default");
  const limits = Object.fromEntries(Object.entries({ rpmLimit: "rpm", tpmLimit: "tpm", concurrencyLimit: "concurrency" }).flatMap(([name, flag]) => (input.flags.has(flag) ? [[name, Number(input.flags.get(flag))]] : [])));
  const limitUsd = input.flags.get("budget-usd");
  const origins = input.flags.get("browser-origins");
  const models = input.flags.get("models");
  const checked = newKeyInput.parse({
    name: required(input, "name"), kind: input.flags.get("kind") ?? "live", ...limits,
    ...(limitUsd === undefined ? {} : { budget: { period: input.flags.get("budget-period") ?? "monthly", limitUsd } }),
    ...(origins === undefined ? {} : { browserOrigins: origins.split(",") }),
    ...(models === undefined ? {} : { allowedModels: models.split(",") }),
  });
  const { row, secret } = await issueKey(operator.db, operator.peppers, { actor, projectId: project.id, input: checked });
  await operator.kv().publish(INVALIDATION_TOPICS.apiKey, row.keyId);
  return { key: toKeyView(row), secret };
};

/** `--overlap-seconds`: how long the old key works on; a day unless told. */
const rotate: Command = async (operator, input) => {
  const overlapSeconds = Number(input.flags.get("overlap-seconds") ?? OVERLAP_SECONDS_DEFAULT);
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > OVERLAP_SECONDS_MAX) throw new UsageError(`--overlap-seconds is a whole number up to ${OVERLAP_SECONDS_MAX}`);
  const actor = await actorFor(operator, input);
  const { old, row, secret } = await rotateKey({ db: operator.db, kv: operator.kv(), peppers: operator.peppers }, { actor, id: target(input, "key by its id"), overlapSeconds, nowMs: Date.now() });
  return { key: toKeyView(row), secret, replaced: toKeyView(old) };
};

/** The organization and its default project, owned by the user of the address; the same name again gives the one that is there. */
const createOrganization: Command = async ({ db }, input) => {
  const email = required(input, "email").toLowerCase();
  const user = await db.accounts.findUserForSignIn(email);
  if (!user) throw new UsageError(`no account has the address ${email}: sign up, or use bootstrap`);
  return db.accounts.ensureOrganization(user, required(input, "name"));
};

const revokeKey: Command = async (operator, input) => {
  const row = await operator.db.keys.revoke(await actorFor(operator, input), target(input, "key by its id"));
  await operator.kv().publish(INVALIDATION_TOPICS.apiKey, row.keyId);
  return toKeyView(row);
};

const createPreset: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const slug = presetSlugInput.parse(required(input, "slug"));
  return toPresetView(await operator.db.presets.create(actor, { slug, name: input.flags.get("name") ?? slug, document: readDocument(required(input, "file")) }));
};

const publishPreset: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const slug = target(input, "preset by its slug");
  const file = input.flags.get("file");
  if (file !== undefined) await operator.db.presets.saveDraft(actor, slug, readDocument(file));
  const row = await operator.db.presets.publish(actor, slug, input.flags.get("comment") ?? "");
  await operator.kv().publish(INVALIDATION_TOPICS.preset, actor.organizationId);
  return toPresetView(row);
};

const rollBackPreset: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const row = await operator.db.presets.rollBack(actor, target(input, "preset by its slug"), Number(required(input, "version")));
  await operator.kv().publish(INVALIDATION_TOPICS.preset, actor.organizationId);
  return toPresetView(row);
};

/** `--scope model --scope-id openai/gpt-5-mini --limit-usd 10 --period daily --action downgrade`; `--soft` only counts and warns, `--own-keys` also counts what providers bill the organization itself. */
const addBudget: Command = async (operator, input) => {
  const actor = await actorFor(operator, input);
  const scope = input.flags.get("scope") ?? "organization";
  const action = input.flags.get("action");
  const budget = newBudgetInput.parse({
    scope, scopeId: scope === "organization" ? actor.organizationId : required(input, "scope-id"), name: input.flags.get("name") ?? `${scope} budget`,
    period: input.flags.get("period") ?? "monthly", limitUsd: required(input, "limit-usd"), enforced: !input.flags.has("soft"), countsOwnKeys: input.flags.has("own-keys"), ...(action === undefined ? {} : { action }),
  });
  return createBudget({ db: operator.db, kv: operator.kv() }, actor, budget);
};

const dropBudget: Command = async (operator, input) => removeBudget({ db: operator.db, kv: operator.kv() }, await actorFor(operator, input), target(input, "budget by its id"));

export const RESOURCE_COMMANDS: Readonly<Record<string, Command>> = {
  "org list": ({ db }) => db.accounts.listOrganizations(),
  "org create": createOrganization,
  "project list": async (operator, input) => operator.db.organizations.listProjects(await actorFor(operator, input)),
  "project create": async (operator, input) => operator.db.organizations.createProject(await actorFor(operator, input), required(input, "name")),
  "key list": async (operator, input) => (await operator.db.keys.list(await actorFor(operator, input))).map(toKeyView),
  "key create": createKey,
  "key rotate": rotate,
  "key revoke": revokeKey,
  "preset list": async (operator, input) => (await operator.db.presets.list(await actorFor(operator, input))).map(toPresetView),
  "preset create": createPreset,
  "preset publish": publishPreset,
  "preset rollback": rollBackPreset,
  "budget list": async (operator, input) => (await operator.db.budgets.list(await actorFor(operator, input))).map(toBudgetView),
  "budget create": addBudget,
  "budget remove": dropBudget,
};
