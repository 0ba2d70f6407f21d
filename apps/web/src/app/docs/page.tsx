import type { Metadata } from "next";
import { webEnv } from "../../env.ts";
import { DocsIndex } from "../../features/docs/components/docs-index.tsx";
import { SnippetBox } from "../../features/onboarding/components/snippet-box.tsx";
import { CLIENTS } from "../../features/onboarding/components/snippets.ts";

export const metadata: Metadata = { title: "Documentation", description: "The first call, what the words mean, and the way to the reference." };
export const dynamic = "force-dynamic";

export default function Page() {
  const gatewayUrl = webEnv().PUBLIC_GATEWAY_URL.replace(/\/+$/, "");
  return <DocsIndex gatewayUrl={gatewayUrl} snippet={<SnippetBox connection={{ gatewayUrl, apiKey: "YOUR_TRUNKLINE_KEY" }} clients={CLIENTS} />} />;
}
