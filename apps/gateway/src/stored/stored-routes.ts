import { GatewayError } from "@trunkline/contracts";
import { DependencyUnavailable, type ApiKeyRecord } from "@trunkline/db/gateway";
import { isJsonObject } from "@trunkline/protocol";
import { writeJson, type Ask, type Route } from "../server.ts";
import type { Exchange, Soon } from "../stages.ts";
import { storeAway, type StoredResponses } from "./stored-responses.ts";

const RESPONSE = /^\/responses\/([\w-]+)$/;
const INPUT_ITEMS = /^\/responses\/([\w-]+)\/input_items$/;

/** Reading and deleting what was stored (https://platform.openai.com/docs/api-reference/responses/get). What belongs to another project looks like what never was. */
export function storedRoutes(stored: StoredResponses, authenticate: (exchange: Exchange) => Soon<ApiKeyRecord>): readonly Route[] {
  const found = async (ask: Ask, pattern: RegExp) => {
    const id = pattern.exec(ask.path)?.[1] ?? "";
    const turn = await fromStore(stored.find(await authenticate(ask.exchange), id));
    if (!turn) throw absent();
    return { id, turn };
  };
  return [
    { method: "GET", path: RESPONSE, serve: async (ask) => writeJson(ask.exchange, (await found(ask, RESPONSE)).turn.response) },
    { method: "DELETE", path: RESPONSE, serve: async (ask) => {
      const id = RESPONSE.exec(ask.path)?.[1] ?? "";
      if (!await fromStore(stored.remove(await authenticate(ask.exchange), id))) throw absent();
      writeJson(ask.exchange, { id, object: "response", deleted: true });
    } },
    { method: "GET", path: INPUT_ITEMS, serve: async (ask) => {
      const { id, turn } = await found(ask, INPUT_ITEMS);
      const data = turn.input.filter(isJsonObject).map((item, index) => ({ id: `${id}_in_${index}`, ...item })).reverse();
      writeJson(ask.exchange, { object: "list", data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: false });
    } },
  ];
}

const absent = (): GatewayError => new GatewayError("caller.not_found", "There is no stored response of this id in the project of this key. Responses are kept only where the organization's setting `responseRetentionDays` allows it, and for as many days.");

async function fromStore<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof DependencyUnavailable ? storeAway() : error;
  }
}
