/** What an organization's end users pay for, in its own words, for rules of presets that ask. */
import { changeEndUserPlans, endUserPlansInput, endUserPlansQuery, listEndUserPlans } from "../end-user-plan.ts";
import { list, operation, type Operation } from "./operation.ts";

export const END_USER_OPERATIONS: readonly Operation[] = [
  operation({
    method: "GET", path: "/end-users", id: "listEndUsers", summary: "End users that have a plan, by name; `plan` and `search` (the beginning of a name) narrow", status: 200, query: endUserPlansQuery, body: null,
    handle: async ({ db, actor, query }) => {
      const { items, nextCursor } = await listEndUserPlans({ db, actor }, query);
      return list(items, { has_more: nextCursor !== null, next_cursor: nextCursor });
    },
  }),
  operation({
    method: "POST", path: "/end-users", id: "setEndUserPlans", summary: "Set or remove (`plan: null`) the plans of up to 1,000 end users at once, all or none; gateways follow within a second", status: 200, query: null, body: endUserPlansInput,
    handle: ({ db, kv, actor, body }) => changeEndUserPlans({ db, kv, actor }, body),
  }),
];
