import type { Metadata } from "next";
import { BudgetsPage } from "../../../../features/budgets/components/budgets-page.tsx";

export const metadata: Metadata = { title: "Limits & budgets" };

export default function Page() {
  return <BudgetsPage />;
}
