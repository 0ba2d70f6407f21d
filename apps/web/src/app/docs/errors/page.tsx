import type { Metadata } from "next";
import { ErrorCatalogue } from "../../../features/docs/components/error-catalogue.tsx";

export const metadata: Metadata = { title: "Errors", description: "Every error code of the gateway, when it comes, and what to do." };

export default function Page() {
  return <ErrorCatalogue />;
}
