import { z } from "zod";
import { changeEndUserPlans, endUserPlansInput, endUserPlansQuery, listEndUserPlans } from "../../../server/end-user-plan.ts";
import { memberProcedure } from "../../../server/trpc.ts";

export const endUserPlans = memberProcedure.input(z.object(endUserPlansQuery.shape)).query(({ ctx, input: { plan, search, cursor, limit } }) => listEndUserPlans(ctx, { plan, search, cursor, limit }));
export const setEndUserPlans = memberProcedure.input(z.object(endUserPlansInput.shape)).mutation(({ ctx, input: { endUsers } }) => changeEndUserPlans(ctx, { endUsers }));
