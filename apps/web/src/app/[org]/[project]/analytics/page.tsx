import { AnalyticsPage } from "../../../../features/usage/components/analytics-page.tsx";

export default function Page() {
  return <AnalyticsPage />;
}
