import { randomBytes } from "node:crypto";
import { BUDGET_PERIODS, modelNamesSchema } from "@trunkline/contracts";
import { generateKey, hashKey, newestVersion, type VersionedSecrets } from "@trunkline/keys";
import type { Actor, ApiKeyRow, WebDb } from "@trunkline/db/web";
import { z } from "zod";
import { usdInput } from "./money-view.ts";

export const KEY_NAME_LENGTH_MAX = 80;
/** A minute's requests of one key; above it the organization's own limit binds. */
const RPM_LIMIT_MAX = 1_000_000;

/** A minute's tokens, and calls at a time: more than any organization's share of a provider. */
const TPM_LIMIT_MAX = 1_000_000_000;
const CONCURRENCY_LIMIT_MAX = 100_000;

const rpmLimitInput = z.int().min(1).max(RPM_LIMIT_MAX);
/** Requests and tokens a minute, calls at a time; null takes a limit away. */
export const limitInputs = { rpmLimit: rpmLimitInput.nullable().optional(), tpmLimit: z.int().min(1).max(TPM_LIMIT_MAX).nullable().optional(), concurrencyLimit: z.int().min(1).max(CONCURRENCY_LIMIT_MAX).nullable().optional() };
interface Limits { rpmLimit?: number | null; tpmLimit?: number | null; concurrencyLimit?: number | null }
/** Those that a change names. */
export const limitsIn = ({ rpmLimit, tpmLimit, concurrencyLimit }: { [Name in keyof Limits]?: Limits[Name] | undefined }): Limits =>
  ({ ...(rpmLimit === undefined ? {} : { rpmLimit }), ...(tpmLimit === undefined ? {} : { tpmLimit }), ...(concurrencyLimit === undefined ? {} : { concurrencyLimit }) });
/** More pages than that are no list but a wildcard. */
const BROWSER_ORIGINS_MAX = 20;

/** As a browser sends it: scheme and host, no path, no slash at the end; `*` for any page. */
const isOrigin = (text: string): boolean => text === "*" || (/^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text);
export const browserOriginsInput = z.array(z.string().trim().max(253).refine(isOrigin, "must be an origin such as https://app.example.com, or *")).max(BROWSER_ORIGINS_MAX);

const ID_LENGTH_MAX = 64;
const ownerId = z.string().min(1).max(ID_LENGTH_MAX).nullable();
export const newKeyInput = z.object({
  ownerId: ownerId.optional().describe("The member whose key it is: it ends when they leave. null: a service key, which stays. Left out: whoever makes it; of a management key's making, a service key."),
  name: z.string().trim().min(1).max(KEY_NAME_LENGTH_MAX), kind: z.enum(["live", "test", "mgmt"]), ...limitInputs, expiresAt: z.iso.datetime({ offset: true }).nullish(),
  budget: z.object({ period: z.enum(BUDGET_PERIODS), limitUsd: usdInput }).nullish(),
  browserOrigins: browserOriginsInput.optional(),
  allowedModels: modelNamesSchema.optional(),
});
export const keyChangeInput = z.strictObject({ ownerId: ownerId.optional().describe("The member whose key it is; null: a service key"), name: z.string().trim().min(1).max(KEY_NAME_LENGTH_MAX).optional(), ...limitInputs, browserOrigins: browserOriginsInput.optional(), allowedModels: modelNamesSchema.optional().describe("Models that the key may use, as author/model or author/*; empty: every model."), expiresAt: z.iso.datetime({ offset: true }).nullable().optional() });
/** What a change names. */
export const keyChangeIn = ({ name, browserOrigins, allowedModels, expiresAt, ownerId: owner, ...limits }: z.infer<typeof keyChangeInput>) => ({
  ...(name === undefined ? {} : { name }), ...limitsIn(limits), ...(browserOrigins === undefined ? {} : { browserOrigins }), ...(allowedModels === undefined ? {} : { allowedModels }),
  ...(owner === undefined ? {} : { ownerId: owner }), ...(expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : new Date(expiresAt) }),
});
export type NewKeyInput = z.infer<typeof newKeyInput>;

/** Makes a key and stores what may be stored of it. The secret exists only in the answer. */
export async function issueKey(db: WebDb, peppers: VersionedSecrets, request: { actor: Actor; projectId: string; input: NewKeyInput }): Promise<{ row: ApiKeyRow; secret: string }> {
  const { actor, projectId, input } = request;
  const key = generateKey(input.kind, randomBytes);
  const pepper = newestVersion(peppers);
  const row = await db.keys.create(actor, {
    projectId, kind: input.kind, name: input.name, rpmLimit: input.rpmLimit ?? null, tpmLimit: input.tpmLimit ?? null, concurrencyLimit: input.concurrencyLimit ?? null, browserOrigins: input.browserOrigins ?? [], allowedModels: input.allowedModels ?? [], expiresAt: input.expiresAt ? new Date(input.expiresAt) : null,
    ...(input.ownerId === undefined ? {} : { ownerId: input.ownerId }), budget: input.budget ? { period: input.budget.period, limitNanoUsd: input.budget.limitUsd } : null,
  }, { keyId: key.keyId, lastFour: key.lastFour, hash: hashKey(key.whole, pepper.secret), pepperVersion: pepper.version });
  return { row, secret: key.whole };
}
