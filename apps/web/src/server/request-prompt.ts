/** The prompt and the answer of a request where its project stored them, or the sentence that says why they are not there. */
import { open, parseVersionedSecrets, promptBinding } from "@trunkline/keys";
import type { Actor, ProjectRecord, RequestRow, WebDb } from "@trunkline/db/web";
import { credentialEnv } from "../env.ts";
import type { PromptView } from "./views.ts";

const DAY_MS = 86_400_000;
interface Opened { readonly request: unknown; readonly answer: unknown; readonly removed: Record<string, number> }

/** Null where no key of this installation opens it. */
export function openPrompt(organizationId: string, requestId: string, sealed: string): Opened | null {
  const keks = credentialEnv().ENCRYPTION_KEYS;
  try {
    return keks === undefined ? null : JSON.parse(open(sealed, promptBinding(organizationId, requestId), parseVersionedSecrets(keks))) as Opened;
  } catch {
    return null;
  }
}

const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

export async function readPrompt(db: Pick<WebDb, "storedPrompts">, { actor, project, row, nowMs }: { readonly actor: Actor; readonly project: ProjectRecord; readonly row: RequestRow; readonly nowMs: number }): Promise<PromptView> {
  const stored = await db.storedPrompts.find(actor, project.id, row.id);
  if (stored === null) return { stored: false, why: whyAbsent(project, row, nowMs) };
  if (stored.sealed === null) return { stored: false, why: "Too large: prompts and answers of more than 512 KB are not stored." };
  const opened = openPrompt(actor.organizationId, row.id, stored.sealed);
  if (opened === null) return { stored: false, why: "It is stored, but ENCRYPTION_KEYS no longer holds the key that opens it. Ask the operator." };
  return { stored: true, request: written(opened.request), answer: opened.answer === null ? null : written(opened.answer), removed: Object.entries(opened.removed).map(([kind, count]) => ({ kind, count })) };
}

export function whyAbsent(project: Pick<ProjectRecord, "promptPercent" | "promptRetentionDays" | "promptsSince">, row: Pick<RequestRow, "createdAt" | "status">, nowMs: number): string {
  const { promptPercent, promptRetentionDays, promptsSince } = project;
  if (promptPercent === 0) return "This project stores no prompts and answers. An owner or admin can switch it on under Settings.";
  if (promptsSince === null || row.createdAt < promptsSince) return "The request was made before this project began to store prompts.";
  if (row.createdAt.getTime() + promptRetentionDays * DAY_MS <= nowMs) return `Prompts are kept for ${promptRetentionDays} ${promptRetentionDays === 1 ? "day" : "days"} here, and those are over.`;
  if (row.status === "failed") return "The request got no answer. Prompts of such requests are not stored.";
  if (promptPercent < 100) return `The request was not among the ${promptPercent} % of which this project stores prompts.`;
  return "The gateway did not store it: its database was away or too busy, or ENCRYPTION_KEYS is not set there. The request itself was not affected.";
}
