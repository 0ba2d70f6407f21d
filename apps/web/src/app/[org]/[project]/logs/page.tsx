import { LogsPage } from "../../../../features/requests/components/logs-page.tsx";

export default function Page() {
  return <LogsPage />;
}
