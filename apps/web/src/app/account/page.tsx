import { redirect } from "next/navigation";
import { homePath } from "../sign-in/home-path.ts";

export const dynamic = "force-dynamic";

/** The account page stands in the frame of a project: the first one. */
export default async function Page() {
  const home = await homePath();
  redirect(home === null ? "/sign-in" : `${home}/account`);
}
