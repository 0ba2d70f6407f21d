import type { FormObject } from "./form.ts";
import type { State, StripeObject } from "./state.ts";

/** One authenticated call, decoded. */
export interface Call {
  readonly state: State;
  readonly method: string;
  readonly path: string;
  readonly query: FormObject;
  readonly body: FormObject;
  readonly nowMs: number;
  /** Where this server is reached; hosted pages link to it. */
  readonly origin: string;
  /** Records the event and sends it to every webhook that listens. */
  readonly emit: (type: string, object: unknown) => void;
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** `:name` matches one segment. */
  readonly path: string;
  readonly run: (call: Call, ids: readonly string[]) => unknown;
}

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

/** Cursor pages as v1 lists give them: newest first unless the caller sorted, `starting_after` exclusive. */
export function page(call: Call, url: string, items: readonly StripeObject[]): unknown {
  const limit = Math.min(Number(call.query["limit"] ?? LIMIT_DEFAULT), LIMIT_MAX);
  const after = call.query["starting_after"];
  const from = typeof after === "string" ? items.findIndex((item) => item.id === after) + 1 : 0;
  return { object: "list", url, has_more: from + limit < items.length, data: items.slice(from, from + limit) };
}

export const seconds = (ms: number): number => Math.floor(ms / 1000);
