import { redirect } from "next/navigation";
import { homePath } from "../sign-in/home-path.ts";

export const dynamic = "force-dynamic";

export default async function Page() {
  const home = await homePath();
  redirect(home === null ? "/sign-in" : `${home}/onboarding`);
}
