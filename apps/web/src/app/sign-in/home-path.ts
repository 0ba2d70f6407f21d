import { services } from "../../server/services.ts";
import { currentUser } from "../../server/session.ts";

/** Address of the signed-in person's first project; null when nobody is signed in. */
export async function homePath(): Promise<string | null> {
  const user = await currentUser();
  if (!user) return null;
  const memberships = await services().db.accounts.listMemberships(user.id);
  const home = memberships.find(({ projects }) => projects.length > 0);
  return home?.projects[0] ? `/${home.slug}/${home.projects[0].slug}` : null;
}
