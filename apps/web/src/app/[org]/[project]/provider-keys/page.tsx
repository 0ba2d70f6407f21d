import type { Metadata } from "next";
import { ProviderKeysPage } from "../../../../features/provider-keys/components/provider-keys-page.tsx";

export const metadata: Metadata = { title: "Provider keys" };

export default function Page() {
  return <ProviderKeysPage />;
}
