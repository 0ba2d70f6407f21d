import type { Metadata } from "next";
import { StatusPage } from "../../features/status/components/status-page.tsx";
import { readStatus } from "../../server/status.ts";

export const metadata: Metadata = { title: "Status", description: "How the gateway, its parts and the providers did in the last 90 days." };
export const dynamic = "force-dynamic";

export default async function Page() {
  return <StatusPage view={await readStatus().catch(() => null)} />;
}
