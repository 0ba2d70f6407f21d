/**
 * Answers of the Responses API that an organization lets the gateway keep (`responseRetentionDays`, 0 unless its owner says otherwise). Decides what is
 * kept, for whom and how long, and turns `previous_response_id` and references to single items into a body that holds the whole conversation, so that every
 * provider can continue it and nothing behind the ingress knows of stored state. Bodies lie sealed under a key of their own each; what was deleted or has expired is gone for every answer that built on it.
 */
import { GatewayError } from "@trunkline/contracts";
import type { ApiKeyRecord, GatewayDb, ResponseScope } from "@trunkline/db/gateway";
import { open, seal, type VersionedSecrets } from "@trunkline/keys";
import { arrayOf, isJsonObject, objectOf, parseJsonObject, spliceTopLevel, textOf, type JsonObject } from "@trunkline/protocol";
import type { JsonBody } from "../ingress/read-body.ts";

const DAY_MS = 86_400_000;
/** Turns of one conversation: more than agents take before they compact. */
const DEPTH_MAX = 256;
/** Of a whole conversation, sealed: what a request may hold (32 MB) a third larger, because seals are base64. */
const CHAIN_BYTES_MAX = 44_000_000;
/** Of one answer with its input; larger ones are delivered and not kept. */
const KEPT_CHARS_MAX = 8 * 1024 * 1024;
/** References in one request: the turns and calls of a long conversation. */
const REFERENCES_MAX = 4_096;
/** Items of one answer that can be named later. */
const ITEMS_MAX = 256;
const ID = /^[\w-]{1,128}$/;

export interface StoredResponsesOptions {
  readonly db: Pick<GatewayDb, "loadResponseChain" | "loadResponsesOfItems" | "storeResponse" | "removeResponse">;
  /** Null: nothing can be sealed, so nothing is kept. */
  readonly encryptionKeys: VersionedSecrets | null;
  readonly now: () => number;
  /** Names no body. */
  onFault(reason: string): void;
}

/** What one stored answer was asked with, and what it said. */
interface Turn { readonly input: readonly unknown[]; readonly response: JsonObject }
/** What a body said before the conversation was put in front of it. */
interface Continued { readonly previousId: string; readonly input: readonly unknown[] }

export class StoredResponses {
  readonly #options: StoredResponsesOptions;
  /** By the body that the later stages see; gone with the request. */
  readonly #continued = new WeakMap<JsonObject, Continued>();

  constructor(options: StoredResponsesOptions) { this.#options = options; }

  isKept(key: ApiKeyRecord, body: JsonObject): boolean {
    return key.responseRetentionDays > 0 && body["store"] !== false && this.#options.encryptionKeys !== null;
  }

  /** The body with the whole conversation as its `input`. Throws GatewayError where there is nothing to continue, and says why. */
  async continued(key: ApiKeyRecord, { raw, body }: JsonBody): Promise<JsonBody> {
    const previousId = body["previous_response_id"];
    if (typeof previousId !== "string" || !ID.test(previousId)) throw refused("must be the `id` of an earlier answer.");
    if (this.#options.encryptionKeys === null) throw refused("this gateway stores no responses: its operator has not set ENCRYPTION_KEYS. Send the whole conversation as `input`.");
    if (key.responseRetentionDays === 0) throw refused("your organization stores no responses. An owner can allow it in the dashboard under Settings (\"Keep answers of the Responses API\", `responseRetentionDays` of the management API); until then send the whole conversation as `input`, the earlier `output` items included.");
    const turns = await this.#turns(scopeOf(key), previousId);
    if (turns === null) throw refused("there is no such response, or a part of its conversation was deleted, has expired or is too long. Send the whole conversation as `input`.");
    const input = itemsOf(body["input"]);
    const whole = [...turns.flatMap((turn) => [...turn.input, ...arrayOf(turn.response["output"])]), ...input];
    const next = { ...body, input: whole };
    delete (next as Record<string, unknown>)["previous_response_id"];
    this.#continued.set(next, { previousId, input });
    return { raw: spliceTopLevel(raw, { input: JSON.stringify(whole), previous_response_id: null }), body: next };
  }

  /**
   * What a client that counts on storing sends: references to items of earlier answers become the items, and `store` goes, because the answer is kept
   * here and no provider can lose it. A reference that leads nowhere stays: the reader says what to do about it.
   */
  async resolved(key: ApiKeyRecord, { raw, body }: JsonBody): Promise<JsonBody> {
    if (key.responseRetentionDays === 0 || this.#options.encryptionKeys === null) return { raw, body };
    const ids = [...new Set(arrayOf(body["input"]).filter(isReference).map((item) => textOf(item["id"])).filter((id) => ID.test(id)))].slice(0, REFERENCES_MAX);
    const items = ids.length === 0 ? null : await this.#items(scopeOf(key), ids);
    const input = items && arrayOf(body["input"]).map((item) => isReference(item) ? items.get(textOf(item["id"])) ?? item : item);
    if (input === null && body["store"] !== true) return { raw, body };
    const { store, ...rest } = body;
    const next = { ...rest, ...(store === true || store === undefined ? {} : { store }), ...(input ? { input } : {}) };
    const continued = this.#continued.get(body);
    if (continued) this.#continued.set(next, continued);
    return { raw: spliceTopLevel(raw, { ...(input ? { input: JSON.stringify(input) } : {}), ...(store === true ? { store: null } : {}) }), body: next };
  }

  /** Keeps an answer; true once it can be continued. Never rejects: an answer that cannot be kept is delivered all the same, and says that it is not stored. */
  async keep(key: ApiKeyRecord, body: JsonObject, response: JsonObject): Promise<boolean> {
    const { encryptionKeys, db, now, onFault } = this.#options;
    const id = textOf(response["id"]);
    const earlier = this.#continued.get(body);
    if (encryptionKeys === null || !ID.test(id)) return false;
    const text = JSON.stringify({ input: earlier?.input ?? itemsOf(body["input"]), response: { ...response, store: true, previous_response_id: earlier?.previousId ?? null } } satisfies Turn);
    if (text.length > KEPT_CHARS_MAX) return false;
    const sealed = seal(text, bindingOf(key.organizationId, id), encryptionKeys);
    try {
      await db.storeResponse(scopeOf(key), { id, previousId: earlier?.previousId ?? null, sealed, bytes: sealed.length, itemIds: itemIdsOf(response), expiresAtMs: now() + key.responseRetentionDays * DAY_MS });
      return true;
    } catch {
      onFault("an answer could not be stored; it was delivered with `store: false`");
      return false;
    }
  }

  /** What the answer says of itself once it is kept, as JSON text. */
  marks(body: JsonObject): Readonly<Record<string, string>> {
    return { store: "true", previous_response_id: JSON.stringify(this.#continued.get(body)?.previousId ?? null) };
  }

  /** Null when absent, foreign, expired or no longer readable. */
  async find(key: ApiKeyRecord, id: string): Promise<Turn | null> {
    const [row] = ID.test(id) ? await this.#options.db.loadResponseChain(scopeOf(key), id, { depthMax: 1, bytesMax: CHAIN_BYTES_MAX }) : [];
    return row ? this.#opened(key.organizationId, row) : null;
  }

  async remove(key: ApiKeyRecord, id: string): Promise<boolean> {
    return ID.test(id) && await this.#options.db.removeResponse(scopeOf(key), id);
  }

  /** Oldest first; null where the conversation is not whole. */
  async #turns(scope: ResponseScope, id: string): Promise<readonly Turn[] | null> {
    const rows = await this.#options.db.loadResponseChain(scope, id, { depthMax: DEPTH_MAX, bytesMax: CHAIN_BYTES_MAX }).catch(() => { throw storeAway(); });
    if (rows.length === 0 || rows[0]?.previousId !== null) return null;
    const turns = rows.map((row) => this.#opened(scope.organizationId, row));
    return turns.every((turn) => turn !== null) ? turns : null;
  }

  /** By their ids; of an item that several answers hold, the latest. */
  async #items(scope: ResponseScope, ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const rows = await this.#options.db.loadResponsesOfItems(scope, ids, { countMax: DEPTH_MAX, bytesMax: CHAIN_BYTES_MAX }).catch(() => { throw storeAway(); });
    const outputs = rows.map((row) => this.#opened(scope.organizationId, row)).reverse().flatMap((turn) => arrayOf(turn?.response["output"]));
    return new Map(outputs.map((item) => [textOf(objectOf(item)["id"]), item]));
  }

  #opened(organizationId: string, row: { readonly id: string; readonly sealed: string }): Turn | null {
    const { encryptionKeys, onFault } = this.#options;
    try {
      const turn = encryptionKeys && parseJsonObject(open(row.sealed, bindingOf(organizationId, row.id), encryptionKeys));
      return turn ? { input: arrayOf(turn["input"]), response: objectOf(turn["response"]) } : null;
    } catch {
      onFault("the seal of a stored response does not open");
      return null;
    }
  }
}

/** Whether a body says or implies that answers are stored; all others need no look at what is. */
export const countsOnStoring = ({ store, input }: JsonObject): boolean => store === true || (Array.isArray(input) && input.some(isReference));
const refused = (why: string): GatewayError => new GatewayError("caller.invalid_request", `\`previous_response_id\`: ${why}`, { param: "previous_response_id" });
export const storeAway = (): GatewayError => new GatewayError("gateway.dependency_unavailable", "The database that holds stored responses does not answer. Retry in a few seconds.", { retryAfterMs: 2_000 });
const scopeOf = ({ organizationId, projectId, kind }: ApiKeyRecord): ResponseScope => ({ organizationId, projectId, mode: kind === "test" ? "test" : "live" });
/** No provider is called so: a credential's seal never opens as a response, nor the reverse. */
const bindingOf = (organizationId: string, id: string) => ({ organizationId, credentialId: id, provider: "stored-response", baseUrl: null, version: 1 });
/** Without a type it is one too, as long as it holds nothing but an id (https://platform.openai.com/docs/api-reference/responses/create). */
const isReference = (item: unknown): item is JsonObject => isJsonObject(item) && (item["type"] === "item_reference" || (item["type"] == null && item["role"] === undefined && typeof item["id"] === "string"));
const itemIdsOf = (response: JsonObject): readonly string[] => arrayOf(response["output"]).map((item) => textOf(objectOf(item)["id"])).filter((id) => ID.test(id)).slice(0, ITEMS_MAX);
const itemsOf = (input: unknown): readonly unknown[] => typeof input === "string" ? [{ type: "message", role: "user", content: [{ type: "input_text", text: input }] }] : arrayOf(input).filter(isJsonObject);
