import { redirect } from "next/navigation";
import { OverviewPage } from "../../../features/overview/components/overview-page.tsx";
import { organizationPagePath } from "../organization-path.ts";

export default async function Page({ params }: { params: Promise<{ org: string; project: string }> }) {
  const { org, project } = await params;
  const moved = await organizationPagePath(org, project);
  if (moved !== null) redirect(moved);
  return <OverviewPage />;
}
