import { OverviewPage } from "../../../features/overview/components/overview-page.tsx";

export default function Page() {
  return <OverviewPage />;
}
