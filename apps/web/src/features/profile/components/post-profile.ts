"use client";
export interface Refusal { readonly field: string | null; readonly message: string }
const UNREACHABLE = "The server did not answer. Check your connection, then try again.";

/** Posts JSON to an account endpoint; never throws. An answer without a body is an empty record. */
export async function postProfile<T>(endpoint: string, body: Readonly<Record<string, unknown>>): Promise<{ readonly data: T; readonly refusal: null } | { readonly data: null; readonly refusal: Refusal }> {
  const answer = await fetch(`/api/account/${endpoint}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }).catch(() => null);
  const parsed = (await answer?.json().catch(() => ({}))) as { detail?: string; title?: string; errors?: { path: string; message: string }[] } | undefined;
  if (answer?.ok) return { data: parsed as T, refusal: null };
  const first = parsed?.errors?.[0];
  return { data: null, refusal: first ? { field: first.path, message: first.message } : { field: null, message: parsed?.detail ?? parsed?.title ?? UNREACHABLE } };
}
