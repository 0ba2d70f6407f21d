import type { Metadata } from "next";
import { RequestPage } from "../../../../../features/requests/components/request-page.tsx";

export const metadata: Metadata = { title: "Request" };

export default function Page() {
  return <RequestPage />;
}
