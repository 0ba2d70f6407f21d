// The fixtures of what agents send: reading them, and sending them again as they were, to any model.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { LabAddress } from "./lab.ts";

export interface GoldenRequest {
  readonly method: string;
  readonly path: string;
  readonly credential: "bearer" | "x-api-key" | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | null;
}
export interface Fixture { readonly name: string; readonly client: string; readonly requests: readonly GoldenRequest[] }

const FOLDER = path.join(import.meta.dirname, "agents");

export function readFixtures(): readonly Fixture[] {
  return readdirSync(FOLDER).sort().map((file) => ({ name: path.basename(file, ".json"), ...(JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")) as Omit<Fixture, "name">) }));
}

const FILLER = "These words stand for a longer text. ";

/** A text that was kept as its length comes back as long as it was. */
function whole(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/^«(\d+) characters»$/, (_all, count: string) => FILLER.repeat(Math.ceil(Number(count) / FILLER.length)).slice(0, Number(count)));
  if (Array.isArray(value)) return value.map(whole);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, whole(item)])) : value;
}

/** `model`: another than the recorded one. */
export function send(lab: LabAddress, request: GoldenRequest, model?: string): Promise<Response> {
  const credential: Record<string, string> = request.credential === "bearer" ? { authorization: `Bearer ${lab.keys.working}` } : request.credential === "x-api-key" ? { "x-api-key": lab.keys.working } : {};
  const body = request.body && JSON.stringify({ ...(whole(request.body) as object), ...(model === undefined ? {} : { model }) });
  return fetch(`${lab.gateway}${request.path}`, { method: request.method, headers: { ...request.headers, ...credential }, body });
}
