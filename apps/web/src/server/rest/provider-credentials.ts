/** Provider credentials that an organization brings: write-only. */
import { z } from "zod";
import { addCredential, changeCredential, credentialChangeInput, credentialProviders, newCredentialInput, recheckCredential, removeCredential, toCredentialView } from "../provider-credential.ts";
import { list, operation, type Operation } from "./operation.ts";

const none = { query: null, body: null } as const;
const id = (parameters: Readonly<Record<string, string>>): string => parameters["id"] ?? "";

export const CREDENTIAL_OPERATIONS: readonly Operation[] = [
  operation({ method: "GET", path: "/provider-credentials", id: "listProviderCredentials", summary: "Your own provider keys, by provider and order, without their secrets", status: 200, ...none, handle: async ({ db, actor }) => list((await db.credentials.list(actor)).map(toCredentialView), { providers: credentialProviders() }) }),
  operation({
    method: "POST", path: "/provider-credentials", id: "createProviderCredential", summary: "Add a provider key; it is checked with the provider first, stored encrypted and never shown again", status: 201, query: null, body: newCredentialInput,
    handle: async ({ db, kv, actor, body, nowMs }) => { const { credential, note } = await addCredential({ db, kv }, actor, { input: body, nowMs }); return { ...credential, note }; },
  }),
  operation({
    method: "PATCH", path: "/provider-credentials/{id}", id: "updateProviderCredential", summary: "Label, order, weight, on or off, fallback; or another secret, checked first", status: 200, query: null, body: credentialChangeInput,
    handle: async ({ db, kv, actor, parameters, body, nowMs }) => { const { credential, note } = await changeCredential({ db, kv }, actor, { id: id(parameters), input: body, nowMs }); return { ...credential, note }; },
  }),
  operation({
    method: "POST", path: "/provider-credentials/{id}/validate", id: "validateProviderCredential", summary: "Ask the provider about the stored key; the answer names whose fault a refusal is", status: 200, query: null, body: z.strictObject({}),
    handle: ({ db, kv, actor, parameters, nowMs }) => recheckCredential({ db, kv }, actor, { id: id(parameters), nowMs }),
  }),
  operation({ method: "DELETE", path: "/provider-credentials/{id}", id: "deleteProviderCredential", summary: "Remove a provider key", status: 200, ...none, handle: ({ db, kv, actor, parameters }) => removeCredential({ db, kv }, actor, id(parameters)) }),
];
