import type { Metadata } from "next";
import { PresetPage } from "../../../../../features/presets/components/preset-page.tsx";

export const metadata: Metadata = { title: "Preset" };

export default function Page() {
  return <PresetPage />;
}
