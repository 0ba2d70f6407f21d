import type { Metadata } from "next";
import { PresetList } from "../../../../features/presets/components/preset-list.tsx";

export const metadata: Metadata = { title: "Presets" };

export default function Page() {
  return <PresetList />;
}
