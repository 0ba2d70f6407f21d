import type { Metadata } from "next";
import { ProfilePage } from "../../../../features/profile/components/profile-page.tsx";

export const metadata: Metadata = { title: "Account" };

export default function Page() {
  return <ProfilePage />;
}
