/** One row of the management API: the same schemas check the request and make the OpenAPI document. */
import type { z } from "zod";
import type { VersionedSecrets } from "@trunkline/keys";
import type { Kv } from "@trunkline/kv";
import type { Actor, WebDb } from "@trunkline/db/web";

export interface RestCall<Query, Body> {
  readonly db: WebDb; readonly kv: Pick<Kv, "publish">; readonly peppers: VersionedSecrets; readonly nowMs: number;
  readonly actor: Actor; readonly parameters: Readonly<Record<string, string>>; readonly query: Query; readonly body: Body;
}

export interface Operation<Query = unknown, Body = unknown> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api/v1`, with `{name}` for a path parameter. */
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly status: 200 | 201;
  readonly query: z.ZodType<Query> | null;
  readonly body: z.ZodType<Body> | null;
  /** A Response goes out as it is (CSV); anything else as JSON. */
  handle(call: RestCall<Query, Body>): Promise<unknown>;
}

/** Keeps the types of query and body inside the row and forgets them in the table. */
export function operation<Query = null, Body = null>(row: Operation<Query, Body>): Operation {
  return row as Operation<unknown, unknown> as Operation;
}

export const list = (data: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) => ({ object: "list", data, has_more: false, next_cursor: null, ...more });
