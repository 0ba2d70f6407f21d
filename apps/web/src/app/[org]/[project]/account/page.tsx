import type { Metadata } from "next";
import { ProfilePage } from "../../../../features/profile/components/profile-page.tsx";
import { relyingParty } from "../../../../server/passkeys.ts";
import { FirstAnswers } from "../../../../server/first-answers.tsx";

export const metadata: Metadata = { title: "Account" };

export default function Page() {
  return <FirstAnswers ask={({ client, trpc }) => [client.prefetchQuery(trpc.profile.get.queryOptions())]}><ProfilePage passkeysOffered={relyingParty() !== null} /></FirstAnswers>;
}
