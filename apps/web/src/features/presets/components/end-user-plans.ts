/** What somebody pastes as a list of end users and their plans. */
import { END_USER_LENGTH_MAX, endUserPlanSchema } from "@trunkline/contracts";

export interface PlannedEndUser { readonly id: string; readonly plan: string }
export type ReadPlans = { readonly endUsers: readonly PlannedEndUser[] } | { readonly problem: string };

/** One a line: the end user, then after the last comma, semicolon or tab the plan. A name may hold commas, a plan none. What is wrong is said for the first line only. */
export function readPlans(text: string): ReadPlans {
  const endUsers: PlannedEndUser[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, id = "", said = ""] = /^(.*)[,;\t]([^,;\t]*)$/.exec(line.trim()) ?? [];
    const plan = endUserPlanSchema.safeParse(said);
    if (id.trim() === "" || id.trim().length > END_USER_LENGTH_MAX || !plan.success) return { problem: `Line ${index + 1}: write the end user, a comma and the plan, as in "ann@example.com, gold".` };
    endUsers.push({ id: id.trim(), plan: plan.data });
  }
  return { endUsers };
}

export function inPortions<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
