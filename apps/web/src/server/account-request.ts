/** What every account endpoint does first: origin, size, type, rate limit, schema. */
import { faultSentence } from "@trunkline/contracts";
import type { z } from "zod";
import { webEnv } from "../env.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import { checkInput } from "./check-input.ts";
import { clientAddress } from "./client-address.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { problem } from "./problem.ts";

/** E-mail, password and name. */
const BODY_BYTES_MAX = 16_384;
const WINDOW_MS = 15 * 60_000;
/** Per account, stricter than per address: offices share an address. */
const PER_ACCOUNT = createAttemptLimit({ max: 10, windowMs: WINDOW_MS });
const PER_ADDRESS = createAttemptLimit({ max: 100, windowMs: WINDOW_MS });

function refuseExcess(request: Request, account: string | null): Response | null {
  const address = clientAddress(request.headers, webEnv().TRUSTED_PROXY_HOPS);
  const path = new URL(request.url).pathname;
  const wait = PER_ADDRESS.take([`${path} ${address}`]) ?? (account === null ? null : PER_ACCOUNT.take([`${path} ${account}`]));
  if (wait === null) return null;
  return problem({ status: 429, title: "Too many attempts", detail: "Wait a few minutes, then try again.", headers: { "retry-after": String(Math.ceil(wait / 1000)) } });
}

type Read<T> = { readonly input: T; readonly refused: null } | { readonly input: null; readonly refused: Response };
const refuse = (refused: Response): Read<never> => ({ input: null, refused });

async function parseBody(request: Request): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) return undefined;
  const text = await request.text();
  if (text.length > BODY_BYTES_MAX) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What the account limit counts by: the address that is tried, or the link that is. */
function subjectOf(data: unknown): string | null {
  if (typeof data !== "object" || data === null) return null;
  return "email" in data ? String(data.email) : "token" in data ? String(data.token) : null;
}

/** Either the checked input or the answer that refuses. The account limit counts by `email` or `token` where the schema has one, else by `account`. */
export async function readAccountRequest<T>(request: Request, schema: z.ZodType<T>, account: string | null = null): Promise<Read<T>> {
  const foreign = refuseForeignOrigin(request);
  if (foreign) return refuse(foreign);
  const { data, faults } = checkInput(schema, await parseBody(request));
  const excess = refuseExcess(request, subjectOf(data) ?? account);
  if (excess) return refuse(excess);
  if (faults === null) return { input: data, refused: null };
  return refuse(problem({ status: 400, title: "Invalid request", detail: faults[0] ? faultSentence(faults[0]) : "Send a JSON object.", errors: faults }));
}
