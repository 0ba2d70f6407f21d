import type { BookMode, Dimension, UsageFilterView, UsageView } from "../../../server/views.ts";

interface Asked { readonly origin: string; readonly project: string; readonly mode: BookMode; readonly groupBy: Dimension; readonly thenBy: Dimension | "none"; readonly filters: UsageFilterView }

/** The breakdown on this page as a call of the management API. */
export function apiCall({ from, to }: Pick<UsageView, "from" | "to">, { origin, project, mode, groupBy, thenBy, filters }: Asked): string {
  const query = new URLSearchParams({ group_by: thenBy === "none" ? groupBy : `${groupBy},${thenBy}`, mode, project, from, to, ...Object.fromEntries(Object.entries(filters).map(([name, values]) => [name, values.join(",")])) });
  return `curl -H "Authorization: Bearer $TRUNKLINE_MANAGEMENT_KEY" \\\n  "${origin}/api/v1/usage?${query.toString()}"`;
}
