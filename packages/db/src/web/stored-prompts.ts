/** Prompts and answers that a project lets the gateway keep: read by who may, sealed as they lie. */
import type { Actor } from "./actor.ts";
import type { StoreContext } from "./context.ts";

/** `sealed` is null where the request was too large to be kept. */
export interface StoredPromptRecord { readonly requestId: string; readonly sealed: string | null; readonly createdAt: Date }

const fields = { requestId: true, sealed: true, createdAt: true } as const;

export function createStoredPrompts(context: StoreContext) {
  const unexpired = () => ({ expiresAt: { gt: new Date(context.nowMs()) } });
  return {
    find: (actor: Actor, projectId: string, requestId: string): Promise<StoredPromptRecord | null> => context.tenant(actor, "prompts.read", (transaction) =>
      transaction.storedPrompt.findFirst({ where: { organizationId: actor.organizationId, projectId, requestId, ...unexpired() }, select: fields })),
    /** In the order of their request ids. */
    list: (actor: Actor, { after, limit }: { readonly after: string; readonly limit: number }): Promise<StoredPromptRecord[]> => context.tenant(actor, "prompts.read", (transaction) =>
      transaction.storedPrompt.findMany({ where: { organizationId: actor.organizationId, requestId: { gt: after }, ...unexpired() }, orderBy: { requestId: "asc" }, take: limit, select: fields })),
  };
}
