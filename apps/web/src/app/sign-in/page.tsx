import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { AccountFrame } from "../../features/account/components/account-frame.tsx";
import { OauthButtons } from "../../features/account/components/oauth-buttons.tsx";
import { SignIn } from "../../features/account/components/sign-in.tsx";
import { enabledProviders } from "../../server/auth.ts";
import { relyingParty } from "../../server/passkeys.ts";
import { homePath } from "./home-path.ts";

export const metadata: Metadata = { title: "Sign in" };
export const dynamic = "force-dynamic";

const LINKED_ELSEWHERE = "That address already has an account. Sign in with its password.";
const OAUTH_FAILED = "That sign-in was not completed. Try again.";

export default async function Page({ searchParams }: { searchParams: Promise<{ error?: string; reset?: string }> }) {
  const home = await homePath();
  if (home) redirect(home);
  const { error, reset } = await searchParams;
  const enabled = enabledProviders();
  return (
    <AccountFrame title="Sign in">
      {reset === "1" ? <output className="done">Your password is changed. Sign in with it.</output> : null}
      {error ? <p className="notice" role="alert">{error === "OAuthAccountNotLinked" ? LINKED_ELSEWHERE : OAUTH_FAILED}</p> : null}
      <OauthButtons github={enabled.includes("github")} google={enabled.includes("google")} />
      <SignIn passkeys={relyingParty() !== null} />
    </AccountFrame>
  );
}
