import { redirect } from "next/navigation";

/** The short form of an invitation's link. */
export default async function Page({ params }: { params: Promise<{ token: string }> }) {
  redirect(`/api/account/accept-invitation?${new URLSearchParams({ token: (await params).token }).toString()}`);
}
