/**
 * Adding and checking a provider credential. Decides that a secret is checked with the provider before it is stored, says whose fault a
 * refusal is, and seals what it stores. The secret goes to the provider and into the seal, nowhere else.
 */
import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import { CREDENTIALS_PER_PROVIDER_MAX, UnprocessableError, type Actor, type ProviderCredentialChange, type ProviderCredentialRecord, type WebDb } from "@trunkline/db/web";
import { open, parseVersionedSecrets, seal, SealError, type VersionedSecrets } from "@trunkline/keys";
import type { Kv } from "@trunkline/kv";
import { ForbiddenAddress, refuseAddress, requestOnce } from "@trunkline/outbound";
import { createGoogleTokenSource, credentialCheck, credentialVerdict, parseServiceAccount, PROVIDERS, type CredentialVerdict } from "@trunkline/providers";
import { z } from "zod";
import { credentialEnv } from "../env.ts";
import { usd } from "./money-view.ts";
import { publishChange } from "./publish.ts";
import type { ProviderCredentialView } from "./views.ts";

const LABEL_LENGTH_MAX = 80;
/** A key file of a cloud is the longest; ordinary keys have 50 to 200 characters. */
const SECRET_LENGTH_MAX = 8_192;
const SECRET_LENGTH_MIN = 8;
const URL_LENGTH_MAX = 500;
const WEIGHT_MAX = 1_000;
/** A person waits for it; a provider that takes longer is asked again by hand. */
const CHECK_TIMEOUT_MS = 10_000;

/** A key file is JSON over many lines, and means the same on one. */
function oneLine(text: string): string {
  if (!text.startsWith("{")) return text;
  try { return JSON.stringify(JSON.parse(text)); } catch { return text; }
}

const label = z.string().trim().min(1).max(LABEL_LENGTH_MAX);
const secret = z.string().trim().transform(oneLine).pipe(z.string().min(SECRET_LENGTH_MIN).max(SECRET_LENGTH_MAX).regex(/^[\x20-\x7e]+$/, "must be one line of plain characters"));
const position = z.int().min(0).max(CREDENTIALS_PER_PROVIDER_MAX);
const weight = z.int().min(1).max(WEIGHT_MAX);
const validate = z.boolean().default(true).describe("false stores the key without asking the provider");

const BROUGHT = [...PROVIDERS.values()];

export const newCredentialInput = z.strictObject({
  provider: z.string().refine((id) => BROUGHT.some((profile) => profile.id === id), { error: `must be one of ${BROUGHT.map((profile) => profile.id).join(", ")}` }),
  label, secret, validate, baseUrl: z.url().max(URL_LENGTH_MAX).nullable().default(null).describe("an address of your own for this provider"),
  position: position.nullable().default(null), weight: weight.default(1), platformFallback: z.boolean().default(true),
});
export const credentialChangeInput = z.strictObject({
  label: label.optional(), secret: secret.optional(), validate, position: position.optional(), weight: weight.optional(), enabled: z.boolean().optional(), platformFallback: z.boolean().optional(),
});
export type NewCredentialInput = z.infer<typeof newCredentialInput>;
export type CredentialChangeInput = z.infer<typeof credentialChangeInput>;

export interface CredentialPorts { readonly db: WebDb; readonly kv: Pick<Kv, "publish"> }

/** For a choice: id, name, and whether an address has to be given. */
export const credentialProviders = (): { id: string; name: string; needsBaseUrl: boolean }[] => BROUGHT.map(({ id, name, baseUrlIsExample }) => ({ id, name, needsBaseUrl: baseUrlIsExample === true }));

export function toCredentialView({ createdAt, validatedAt, lastUsedAt, lastFailureAt, spendNanoUsd30d, ...row }: ProviderCredentialRecord): ProviderCredentialView {
  const failing = lastFailureAt !== null && (lastUsedAt === null || lastFailureAt > lastUsedAt);
  return {
    ...row, createdAt: createdAt.toISOString(), validatedAt: validatedAt?.toISOString() ?? null, lastUsedAt: lastUsedAt?.toISOString() ?? null, lastFailureAt: lastFailureAt?.toISOString() ?? null,
    providerName: PROVIDERS.get(row.provider)?.name ?? row.provider, health: failing ? "failing" : validatedAt || lastUsedAt ? "ok" : "unchecked", spendUsd30d: usd(spendNanoUsd30d),
  };
}

function encryptionKeys(): VersionedSecrets {
  const text = credentialEnv().ENCRYPTION_KEYS;
  if (text === undefined) throw new UnprocessableError("This installation cannot keep provider keys: ENCRYPTION_KEYS is not set. Ask the operator.");
  return parseVersionedSecrets(text);
}

/** Of a key file, the end of the key's id, which Google's console shows too. */
const lastFourOf = (text: string): string => (text.startsWith("{") ? keyIdOf(text) : text).slice(-4);

function keyIdOf(keyFile: string): string {
  try { return parseServiceAccount(keyFile).privateKeyId; } catch { return "file"; }
}

/** The provider's own address as this installation reaches it, unless the organization names another. */
function addressOf(provider: string, baseUrl: string | null): { readonly url: string; readonly allowPrivate: boolean } {
  const profile = PROVIDERS.get(provider);
  if (!profile) throw new UnprocessableError(`There is no provider "${provider}".`);
  const { baseUrls, OUTBOUND_PRIVATE_ADDRESSES } = credentialEnv();
  if (baseUrl !== null) return { url: baseUrl, allowPrivate: OUTBOUND_PRIVATE_ADDRESSES === "allow" };
  const operators = baseUrls.get(profile.env);
  if (operators === undefined && profile.baseUrlIsExample) throw new UnprocessableError(`${profile.name} has an address of its own for every account: give it as the base URL.`);
  // What the operator has configured may lie anywhere; what a tenant names may not.
  return { url: operators ?? profile.baseUrl, allowPrivate: operators !== undefined };
}

/** Asks the provider. Never throws for what the provider or the network says. */
export async function checkCredential({ provider, baseUrl, secret }: { readonly provider: string; readonly baseUrl: string | null; readonly secret: string }, nowMs: number): Promise<CredentialVerdict> {
  const profile = PROVIDERS.get(provider);
  const { url, allowPrivate } = addressOf(provider, baseUrl);
  if (!profile) return { ok: true, note: null };
  const minted = profile.authorize === "google" ? await mintedToken(secret, nowMs) : { ok: true, token: secret } as const;
  if (!minted.ok) return minted;
  const check = credentialCheck(profile, { baseUrl: url, secret: minted.token, nowMs });
  try {
    const answer = await requestOnce({ ...check, timeoutMs: CHECK_TIMEOUT_MS }, { allowPrivate });
    return credentialVerdict(profile, { method: check.method, ...answer, nowMs });
  } catch (error) {
    if (error instanceof ForbiddenAddress) return { ok: false, fault: "address", message: `${error.message}.` };
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (baseUrl !== null && code !== "ETIMEDOUT") return { ok: false, fault: "address", message: `Nothing answers at this base URL (${code || "no connection"}). Check it.` };
    return { ok: false, fault: "provider", message: `${profile.name} did not answer, so the key could not be checked. Try again in a minute.` };
  }
}

/** A token of a service account, from the endpoint that its key file names: held to the same addresses as everything that a tenant names. */
async function mintedToken(keyFile: string, nowMs: number): Promise<{ readonly ok: true; readonly token: string } | Extract<CredentialVerdict, { readonly ok: false }>> {
  const refused = (why: string) => ({ ok: false, fault: "credential", message: `${why} Paste the whole JSON key file of a service account that may use Vertex AI (IAM & Admin, Service accounts, Keys).` }) as const;
  let source;
  try {
    source = createGoogleTokenSource(parseServiceAccount(keyFile), {
      now: () => nowMs,
      exchange: (url, form) => requestOnce({ method: "POST", url, headers: { "content-type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(form).toString(), timeoutMs: CHECK_TIMEOUT_MS }, { allowPrivate: credentialEnv().OUTBOUND_PRIVATE_ADDRESSES === "allow" }),
    });
  } catch (error) {
    return refused(`This is no key file: ${error instanceof Error ? error.message : "it cannot be read"}.`);
  }
  try {
    return { ok: true, token: await source.token() };
  } catch (error) {
    if (error instanceof ForbiddenAddress) return { ok: false, fault: "address", message: `${error.message}.` };
    return refused(`No access token could be had with this key file: ${error instanceof Error && error.message.startsWith("Google's token endpoint answered") ? error.message : "its private key cannot be used, or its token_uri does not answer"}.`);
  }
}

async function assertTaken(input: Parameters<typeof checkCredential>[0], nowMs: number): Promise<string | null> {
  const verdict = await checkCredential(input, nowMs);
  if (!verdict.ok) throw new UnprocessableError(verdict.message);
  return verdict.note;
}

export interface SavedCredential { readonly credential: ProviderCredentialView; /** The key is genuine but would not serve now. */ readonly note: string | null }

/** Throws UnprocessableError for a key that the provider refuses, with whose fault it is. */
export async function addCredential({ db, kv }: CredentialPorts, actor: Actor, { input, nowMs }: { readonly input: NewCredentialInput; readonly nowMs: number }): Promise<SavedCredential> {
  const keks = encryptionKeys();
  const { provider, baseUrl, secret, validate: asked, ...rest } = input;
  if (baseUrl !== null) assertAddress(baseUrl);
  addressOf(provider, baseUrl);
  const note = asked ? await assertTaken({ provider, baseUrl, secret }, nowMs) : null;
  const row = await db.credentials.create(actor, { provider, baseUrl, ...rest, lastFour: lastFourOf(secret), validatedAt: asked ? new Date(nowMs) : null, seal: (binding) => seal(secret, binding, keks) });
  await publishChange(kv, INVALIDATION_TOPICS.credential, actor.organizationId);
  return { credential: toCredentialView(row), note };
}

function assertAddress(url: string): void {
  try {
    refuseAddress(url, { allowPrivate: credentialEnv().OUTBOUND_PRIVATE_ADDRESSES === "allow" });
  } catch (error) {
    throw new UnprocessableError(`The base URL cannot be used: ${error instanceof Error ? error.message : "it is refused"}.`);
  }
}

export async function changeCredential({ db, kv }: CredentialPorts, actor: Actor, { id, input, nowMs }: { readonly id: string; readonly input: CredentialChangeInput; readonly nowMs: number }): Promise<SavedCredential> {
  const { secret, validate: asked, ...given } = input;
  const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as ProviderCredentialChange;
  let note: string | null = null;
  let renewed: ProviderCredentialChange["secret"];
  if (secret !== undefined) {
    const keks = encryptionKeys();
    const { binding } = await db.credentials.loadSealed(actor, id);
    note = asked ? await assertTaken({ provider: binding.provider, baseUrl: binding.baseUrl, secret }, nowMs) : null;
    renewed = { lastFour: lastFourOf(secret), validatedAt: asked ? new Date(nowMs) : null, seal: (bound) => seal(secret, bound, keks) };
  }
  const row = await db.credentials.update(actor, id, renewed ? { ...change, secret: renewed } : change);
  await publishChange(kv, INVALIDATION_TOPICS.credential, actor.organizationId);
  return { credential: toCredentialView(row), note };
}

/** The stored key, asked about again. */
export async function recheckCredential({ db, kv }: CredentialPorts, actor: Actor, { id, nowMs }: { readonly id: string; readonly nowMs: number }): Promise<CredentialVerdict> {
  const { provider, sealed, binding } = await db.credentials.loadSealed(actor, id);
  const verdict = await checkCredential({ provider, baseUrl: binding.baseUrl, secret: opened(sealed, binding) }, nowMs);
  if (verdict.ok) {
    await db.credentials.markValidated(actor, id);
    await publishChange(kv, INVALIDATION_TOPICS.credential, actor.organizationId);
  }
  return verdict;
}

function opened(sealed: string, binding: Parameters<typeof open>[1]): string {
  try {
    return open(sealed, binding, encryptionKeys());
  } catch (error) {
    if (error instanceof SealError) throw new UnprocessableError("This key can no longer be opened by this installation. Enter it again.");
    throw error;
  }
}

export async function removeCredential({ db, kv }: CredentialPorts, actor: Actor, id: string): Promise<ProviderCredentialView> {
  const row = await db.credentials.remove(actor, id);
  await publishChange(kv, INVALIDATION_TOPICS.credential, actor.organizationId);
  return toCredentialView(row);
}
