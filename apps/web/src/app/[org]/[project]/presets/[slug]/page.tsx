import type { Metadata } from "next";
import { PresetEditor } from "../../../../../features/presets/components/preset-editor.tsx";

export const metadata: Metadata = { title: "Preset" };

export default function Page() {
  return <PresetEditor />;
}
