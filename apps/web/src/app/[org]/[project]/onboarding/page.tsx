import type { Metadata } from "next";
import { Onboarding } from "../../../../features/onboarding/components/onboarding.tsx";

export const metadata: Metadata = { title: "Make your first call" };

export default function Page() {
  return <Onboarding />;
}
