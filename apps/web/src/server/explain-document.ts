import type { PresetDocument } from "@trunkline/contracts";
import type { Actor, WebDb } from "@trunkline/db/web";
import { userPlansFor } from "./end-user-plan.ts";
import { endUserOf, explainRoute, userPlanOf, type ExplainQuery } from "./routing.ts";

/** What the router would decide for a body under a document, with the stored plan of the body's end user where a rule asks for it. */
export async function explainDocument({ db, actor, nowMs }: { readonly db: WebDb; readonly actor: Actor; readonly nowMs: number }, query: Pick<ExplainQuery, "body" | "down"> & { readonly document: PresetDocument }) {
  const endUser = endUserOf(query.body);
  const [catalog, plans] = await Promise.all([db.catalog.load(), userPlansFor({ db, actor }, [query.document], [endUser])]);
  return explainRoute({ ...query, catalog, nowMs, userPlan: userPlanOf(query, plans) });
}
