/** What a person kept of the analytics and log pages. Theirs alone: neither an admin nor a management key sees another's. */
import type { Actor } from "./actor.ts";
import type { StoreContext } from "./context.ts";
import { ForbiddenError, NotFoundError, UnprocessableError } from "./errors.ts";

export type ViewPage = "analytics" | "logs";
export interface SavedViewRecord { readonly id: string; readonly page: ViewPage; readonly name: string; readonly query: string }

/** A menu longer than this is no help. */
const VIEWS_MAX = 30;
const select = { id: true, page: true, name: true, query: true } as const;

function ownerOf(actor: Actor): string {
  if (actor.userId === null) throw new ForbiddenError("usage.read");
  return actor.userId;
}

export function createSavedViews(context: StoreContext) {
  return {
    /** By name. */
    list: (actor: Actor, projectId: string, page: ViewPage): Promise<SavedViewRecord[]> => context.tenant(actor, "usage.read", async (transaction) => {
      const rows = await transaction.savedView.findMany({ where: { organizationId: actor.organizationId, projectId, userId: ownerOf(actor), page }, orderBy: { name: "asc" }, select });
      return rows.map((row) => ({ ...row, page }));
    }),
    /** A name that is taken is given the new query. */
    save: (actor: Actor, projectId: string, view: Omit<SavedViewRecord, "id">): Promise<SavedViewRecord> => context.tenant(actor, "usage.read", async (transaction) => {
      const userId = ownerOf(actor);
      const { page, name, query } = view;
      if (await transaction.savedView.count({ where: { organizationId: actor.organizationId, projectId, userId, page, NOT: { name } } }) >= VIEWS_MAX) throw new UnprocessableError(`At most ${VIEWS_MAX} views are kept. Remove one first.`);
      const row = await transaction.savedView.upsert({
        where: { projectId_userId_page_name: { projectId, userId, page, name } }, update: { query }, select,
        create: { id: context.newId("vew"), organizationId: actor.organizationId, projectId, userId, ...view },
      });
      return { ...row, page };
    }),
    remove: (actor: Actor, id: string): Promise<void> => context.tenant(actor, "usage.read", async (transaction) => {
      const { count } = await transaction.savedView.deleteMany({ where: { id, organizationId: actor.organizationId, userId: ownerOf(actor) } });
      if (count === 0) throw new NotFoundError("view");
    }),
  };
}
