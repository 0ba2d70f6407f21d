import { notFound, redirect } from "next/navigation";
import { currentUser } from "../../server/session.ts";
import { organizationPagePath } from "./organization-path.ts";

export default async function Page({ params }: { params: Promise<{ org: string }> }) {
  if (!(await currentUser())) redirect("/sign-in");
  const home = await organizationPagePath((await params).org, null);
  if (home === null) notFound();
  redirect(home);
}
