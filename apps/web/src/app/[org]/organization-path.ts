import { services } from "../../server/services.ts";
import { currentUser } from "../../server/session.ts";

/** Pages of the organization that may be asked for without a project: they stand in the frame of one. */
const ORGANIZATION_PAGES: ReadonlySet<string> = new Set(["members", "audit", "billing", "settings"]);

/**
 * Where `/<organization>` or `/<organization>/<page>` lives: under the first project. Null where the second part names a project, where
 * nobody is signed in, or where the organization is not the person's. A project named like a page keeps its address.
 */
export async function organizationPagePath(organization: string, page: string | null): Promise<string | null> {
  if (page !== null && !ORGANIZATION_PAGES.has(page)) return null;
  const user = await currentUser();
  if (!user) return null;
  const here = (await services().db.accounts.listMemberships(user.id)).find(({ slug }) => slug === organization);
  const [first] = here?.projects ?? [];
  if (!here || !first || here.projects.some(({ slug }) => slug === page)) return null;
  return `/${here.slug}/${first.slug}${page === null ? "" : `/${page}`}`;
}
