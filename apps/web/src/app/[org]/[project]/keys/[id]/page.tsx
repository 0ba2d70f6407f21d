import type { Metadata } from "next";
import { KeyPage } from "../../../../../features/keys/components/key-page.tsx";

export const metadata: Metadata = { title: "API key" };

export default function Page() {
  return <KeyPage />;
}
