"use client";
export interface Refusal { readonly field: string | null; readonly message: string }
export type AccountAnswer = { readonly data: Record<string, unknown>; readonly refusal: null } | { readonly data: null; readonly refusal: Refusal };

const UNREACHABLE = "The server did not answer. Check your connection, then try again.";

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** The first named field of an RFC 9457 answer, else its detail or title. */
function toRefusal(body: unknown): Refusal {
  if (!isRecord(body)) return { field: null, message: UNREACHABLE };
  const first: unknown = Array.isArray(body.errors) ? body.errors[0] : undefined;
  if (isRecord(first) && typeof first.path === "string" && typeof first.message === "string" && first.path !== "") return { field: first.path, message: first.message };
  return { field: null, message: String(body.detail ?? body.title ?? UNREACHABLE) };
}

/** Posts JSON to an account endpoint; never throws. An answer without a body is an empty record. */
export async function postAccount(endpoint: string, body: Readonly<Record<string, unknown>>): Promise<AccountAnswer> {
  try {
    const answer = await fetch(`/api/account/${endpoint}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    const text = await answer.text();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    return answer.ok && isRecord(parsed) ? { data: parsed, refusal: null } : { data: null, refusal: toRefusal(parsed) };
  } catch {
    return { data: null, refusal: { field: null, message: UNREACHABLE } };
  }
}

/** Where a sign-in leads: the project that the answer names, else the sign-in page, which knows the way. */
export function projectPath(data: Record<string, unknown>, page = ""): string {
  return typeof data.organization === "string" && typeof data.project === "string" ? `/${data.organization}/${data.project}${page}` : "/sign-in";
}
