import type { Metadata } from "next";
import { VersionPage } from "../../../../../../../features/presets/components/version-page.tsx";

export const metadata: Metadata = { title: "Preset version" };

export default function Page() {
  return <VersionPage />;
}
