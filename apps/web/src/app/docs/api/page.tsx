import type { Metadata } from "next";
import { PublicFrame } from "../../../features/shell/components/public-frame.tsx";
import { ReferencePage } from "../../../features/docs/components/reference-page.tsx";
import { readReference } from "../../../server/reference.ts";

export const metadata: Metadata = { title: "API reference", description: "Every path, field and answer of the gateway and of the management API." };
export const dynamic = "force-dynamic";

export default async function Page() {
  return <PublicFrame here="/docs/api"><ReferencePage {...await readReference()} /></PublicFrame>;
}
