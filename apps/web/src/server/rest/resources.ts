/** Organizations, projects, keys, presets and budgets. */
import { guardrailsSchema, INVALIDATION_TOPICS, presetDocumentSchema } from "@trunkline/contracts";
import { NotFoundError } from "@trunkline/db/web";
import { z } from "zod";
import { budgetChangeInput, changeBudget, createBudget, newBudgetInput, removeBudget, toBudgetView } from "../budget-view.ts";
import { issueKey, keyChangeIn, keyChangeInput, KEY_NAME_LENGTH_MAX, limitInputs, limitsIn, newKeyInput } from "../issue-key.ts";
import { toKeyView } from "../key-view.ts";
import { changedPreset } from "../preset-change.ts";
import { COMMENT_LENGTH_MAX, PRESET_NAME_LENGTH_MAX, presetSlugInput, toPresetView } from "../preset-view.ts";
import { publishChange } from "../publish.ts";
import { backtestInput, backtestPreset } from "../backtest-preset.ts";
import { explainDocument } from "../explain-document.ts";
import { builtInPresets } from "../routing.ts";
import { CANARY_OPERATIONS } from "./canaries.ts";
import { END_USER_OPERATIONS } from "./end-users.ts";
import { DRILL_OPERATIONS } from "./drills.ts";
import { SHADOW_OPERATIONS } from "./shadows.ts";
import { MEMBER_OPERATIONS } from "./members.ts";
import { promptStorageIn, promptStorageInputs } from "../prompt-storage.ts";
import { responseRetentionInput } from "../response-retention.ts";
import { list, operation, type Operation } from "./operation.ts";
import { PRICE_NOTICE_OPERATIONS } from "./price-notices.ts";
import { OVERLAP_SECONDS_DEFAULT, OVERLAP_SECONDS_MAX, rotateKey } from "./rotate-key.ts";

const NAME = z.string().trim().min(1).max(KEY_NAME_LENGTH_MAX);
const projectQuery = z.object({ project: z.string().optional() });
const id = (parameters: Readonly<Record<string, string>>): string => parameters["id"] ?? "";
const slug = (parameters: Readonly<Record<string, string>>): string => parameters["slug"] ?? "";
const none = { query: null, body: null } as const;

const organizations: Operation[] = [
  operation({
    method: "GET", path: "/organizations/{id}", id: "getOrganization", summary: "One organization: the key's or session's own", status: 200, ...none,
    handle: async ({ db, actor, parameters }) => {
      if (id(parameters) !== actor.organizationId) throw new NotFoundError("organization");
      return db.organizations.find(actor);
    },
  }),
  operation({ method: "GET", path: "/organizations", id: "listOrganizations", summary: "The organization of the key or session", status: 200, ...none, handle: async ({ db, actor }) => list([await db.organizations.find(actor)]) }),
  operation({
    method: "PATCH", path: "/organizations/{id}", id: "updateOrganization", summary: "Name, time zone, limits (requests and tokens a minute, calls at a time), days for which answers of the Responses API are kept", status: 200, query: null,
    body: z.strictObject({ name: NAME.optional(), timeZone: z.string().refine((zone) => Intl.supportedValuesOf("timeZone").includes(zone) || zone === "UTC", "must be an IANA time zone").optional(), ...limitInputs, responseRetentionDays: responseRetentionInput.optional() }),
    handle: async ({ db, kv, actor, parameters, body }) => {
      if (id(parameters) !== actor.organizationId) throw new NotFoundError("organization");
      const { name, timeZone, responseRetentionDays } = body;
      const row = await db.organizations.update(actor, { ...(name === undefined ? {} : { name }), ...(timeZone === undefined ? {} : { timeZone }), ...limitsIn(body), ...(responseRetentionDays === undefined ? {} : { responseRetentionDays }) });
      await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
      return row;
    },
  }),
  operation({ method: "GET", path: "/projects", id: "listProjects", summary: "Projects", status: 200, ...none, handle: async ({ db, actor }) => list(await db.organizations.listProjects(actor)) }),
  operation({ method: "GET", path: "/projects/{id}", id: "getProject", summary: "One project, by id or slug", status: 200, ...none, handle: ({ db, actor, parameters }) => db.organizations.findProject(actor, id(parameters)) }),
  operation({ method: "POST", path: "/projects", id: "createProject", summary: "Create a project", status: 201, query: null, body: z.strictObject({ name: NAME }), handle: ({ db, actor, body }) => db.organizations.createProject(actor, body.name) }),
  operation({
    method: "PATCH", path: "/projects/{id}", id: "updateProject", summary: "Name, limits (requests and tokens a minute, calls at a time), guardrails and stored prompts of a project, by id or slug", status: 200, query: null,
    body: z.strictObject({ name: NAME.optional(), ...limitInputs, ...promptStorageInputs, guardrails: guardrailsSchema.optional() }),
    handle: async ({ db, kv, actor, parameters, body }) => {
      const row = await db.organizations.updateProject(actor, id(parameters), { ...(body.name === undefined ? {} : { name: body.name }), ...limitsIn(body), ...promptStorageIn(body), ...(body.guardrails === undefined ? {} : { guardrails: body.guardrails }) });
      await publishChange(kv, INVALIDATION_TOPICS.budget, actor.organizationId);
      return row;
    },
  }),
];

const keys: Operation[] = [
  operation({
    method: "GET", path: "/keys", id: "listKeys", summary: "API keys, without their secrets", status: 200, query: projectQuery, body: null,
    handle: async ({ db, actor, query }) => list((await db.keys.list(actor, query.project === undefined ? undefined : (await db.organizations.findProject(actor, query.project)).id)).map(toKeyView)),
  }),
  operation({
    method: "POST", path: "/keys", id: "createKey", summary: "Create a key; the answer alone carries its secret", status: 201, query: null,
    body: newKeyInput.extend({ project: z.string().default("default"), kind: z.enum(["live", "test", "mgmt"]).default("live") }),
    handle: async ({ db, kv, peppers, actor, body }) => {
      const project = await db.organizations.findProject(actor, body.project);
      const { row, secret } = await issueKey(db, peppers, { actor, projectId: project.id, input: body });
      await publishChange(kv, INVALIDATION_TOPICS.apiKey, row.keyId);
      return { key: toKeyView(row), secret };
    },
  }),
  operation({
    method: "GET", path: "/keys/{id}", id: "getKey", summary: "One key, without its secret", status: 200, ...none,
    handle: async ({ db, actor, parameters }) => {
      const row = (await db.keys.list(actor)).find((key) => key.id === id(parameters));
      if (!row) throw new NotFoundError("API key");
      return toKeyView(row);
    },
  }),
  operation({
    method: "POST", path: "/keys/{id}/rotate", id: "rotateKey", summary: "A new key in the place of this one, which works on until the overlap ends; the answer alone carries the new secret", status: 201, query: null,
    body: z.strictObject({ overlapSeconds: z.int().min(0).max(OVERLAP_SECONDS_MAX).default(OVERLAP_SECONDS_DEFAULT) }),
    handle: async ({ actor, parameters, body, nowMs, ...ports }) => {
      const { old, row, secret } = await rotateKey(ports, { actor, id: id(parameters), nowMs, ...body });
      return { key: toKeyView(row), secret, replaced: toKeyView(old) };
    },
  }),
  operation({
    method: "PATCH", path: "/keys/{id}", id: "updateKey", summary: "Name, limits (requests and tokens a minute, calls at a time), models it may use, pages that may use it, expiry", status: 200, query: null, body: keyChangeInput,
    handle: async ({ db, kv, actor, parameters, body }) => {
      const row = await db.keys.update(actor, id(parameters), keyChangeIn(body));
      await publishChange(kv, INVALIDATION_TOPICS.apiKey, row.keyId);
      return toKeyView(row);
    },
  }),
  ...(["POST /keys/{id}/revoke revokeKey", "DELETE /keys/{id} deleteKey"] as const).map((text) => {
    const [method, path, operationId] = text.split(" ") as ["POST" | "DELETE", string, string];
    return operation({
      method, path, id: operationId, summary: "Revoke a key, for good", status: 200, ...none,
      handle: async ({ db, kv, actor, parameters }) => {
        const row = await db.keys.revoke(actor, id(parameters));
        await publishChange(kv, INVALIDATION_TOPICS.apiKey, row.keyId);
        return toKeyView(row);
      },
    });
  }),
];

const presets: Operation[] = [
  operation({
    method: "GET", path: "/presets", id: "listPresets", summary: "The organization's presets, then the built-in slugs", status: 200, ...none,
    handle: async ({ db, actor }) => list((await db.presets.list(actor)).map(toPresetView), { built_in: builtInPresets() }),
  }),
  operation({
    method: "POST", path: "/presets", id: "createPreset", summary: "Create a preset as a draft", status: 201, query: null,
    body: z.strictObject({ slug: presetSlugInput, name: z.string().trim().min(1).max(PRESET_NAME_LENGTH_MAX), document: presetDocumentSchema }), handle: async ({ db, actor, body }) => toPresetView(await db.presets.create(actor, body)),
  }),
  operation({ method: "GET", path: "/presets/{slug}", id: "getPreset", summary: "A preset with its versions", status: 200, ...none, handle: async ({ db, actor, parameters }) => toPresetView(await db.presets.find(actor, slug(parameters))) }),
  operation({
    method: "PATCH", path: "/presets/{slug}", id: "savePresetDraft", summary: "Save the draft", status: 200, query: null, body: z.strictObject({ document: presetDocumentSchema }),
    handle: async ({ db, actor, parameters, body }) => toPresetView(await db.presets.saveDraft(actor, slug(parameters), body.document)),
  }),
  operation({
    method: "DELETE", path: "/presets/{slug}", id: "deletePreset", summary: "Delete a preset with its versions, for good; calls that name it are answered 404, or by the built-in preset of the same slug", status: 200, ...none,
    handle: ({ db, kv, actor, parameters }) => changedPreset({ kv, actor }, db.presets.remove(actor, slug(parameters))),
  }),
  operation({
    method: "POST", path: "/presets/{slug}/publish", id: "publishPreset", summary: "Publish the draft as the next version", status: 200, query: null, body: z.strictObject({ comment: z.string().max(COMMENT_LENGTH_MAX).default("") }),
    handle: ({ db, kv, actor, parameters, body }) => changedPreset({ kv, actor }, db.presets.publish(actor, slug(parameters), body.comment)),
  }),
  operation({
    method: "POST", path: "/presets/{slug}/rollback", id: "rollBackPreset", summary: "Publish an earlier version again", status: 200, query: null, body: z.strictObject({ version: z.int().min(1) }),
    handle: ({ db, kv, actor, parameters, body }) => changedPreset({ kv, actor }, db.presets.rollBack(actor, slug(parameters), body.version)),
  }),
  operation({
    method: "POST", path: "/presets/dry-run", id: "dryRunPreset", summary: "What a document would decide for a body, without calling anybody", status: 200, query: null,
    body: z.strictObject({ document: presetDocumentSchema, body: z.record(z.string(), z.unknown()), down: z.array(z.string().max(64)).max(32).optional() }), handle: ({ db, actor, body, nowMs }) => explainDocument({ db, actor, nowMs }, body),
  }),
  operation({
    method: "POST", path: "/presets/{slug}/backtest", id: "backtestPreset", summary: "What a document, or the draft, would have chosen for the requests of the last days, beside the published version; from metadata, without calling anybody", status: 200, query: null, body: backtestInput,
    handle: ({ db, actor, parameters, body, nowMs }) => backtestPreset({ db, actor, nowMs }, slug(parameters), body),
  }),
];

const budgets: Operation[] = [
  operation({ method: "GET", path: "/budgets", id: "listBudgets", summary: "Budgets and what is spent of them", status: 200, ...none, handle: async ({ db, actor }) => list((await db.budgets.list(actor)).map(toBudgetView)) }),
  operation({ method: "POST", path: "/budgets", id: "createBudget", summary: "Create a budget of an organization, project, key, model, preset or end user", status: 201, query: null, body: newBudgetInput, handle: ({ db, kv, actor, body }) => createBudget({ db, kv }, actor, body) }),
  operation({ method: "PATCH", path: "/budgets/{id}", id: "updateBudget", summary: "Name, limit, what happens at 100 %, and whether it is enforced", status: 200, query: null, body: budgetChangeInput, handle: ({ db, kv, actor, parameters, body }) => changeBudget({ db, kv }, actor, { id: id(parameters), change: body }) }),
  operation({ method: "DELETE", path: "/budgets/{id}", id: "removeBudget", summary: "Remove a budget", status: 200, ...none, handle: ({ db, kv, actor, parameters }) => removeBudget({ db, kv }, actor, id(parameters)) }),
];

export const RESOURCE_OPERATIONS: readonly Operation[] = [...organizations, ...MEMBER_OPERATIONS, ...keys, ...presets, ...CANARY_OPERATIONS, ...SHADOW_OPERATIONS, ...DRILL_OPERATIONS, ...END_USER_OPERATIONS, ...PRICE_NOTICE_OPERATIONS, ...budgets];
