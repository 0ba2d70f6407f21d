import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AccountFrame } from "../../features/account/components/account-frame.tsx";
import { OauthButtons } from "../../features/account/components/oauth-buttons.tsx";
import { SignUp } from "../../features/account/components/sign-up.tsx";
import { enabledProviders } from "../../server/auth.ts";
import { PASSWORD_LENGTH_MIN } from "../../server/password.ts";
import { homePath } from "../sign-in/home-path.ts";

export const metadata: Metadata = { title: "Create your account" };
export const dynamic = "force-dynamic";

export default async function Page() {
  const home = await homePath();
  if (home) redirect(home);
  const enabled = enabledProviders();
  return (
    <AccountFrame title="Create your account" lead="A project and a test key are ready as soon as you are in.">
      <OauthButtons github={enabled.includes("github")} google={enabled.includes("google")} />
      <SignUp passwordLengthMin={PASSWORD_LENGTH_MIN} />
    </AccountFrame>
  );
}
