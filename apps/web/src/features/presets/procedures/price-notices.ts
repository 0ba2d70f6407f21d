import { z } from "zod";
import { toPresetView } from "../../../server/preset-view.ts";
import { takePriceNotice, toPriceNoticeView } from "../../../server/price-notice.ts";
import { memberProcedure } from "../../../server/trpc.ts";
import type { PresetView, PriceNoticeView } from "../../../server/views.ts";

export const priceNotices = memberProcedure.query(async ({ ctx }): Promise<PriceNoticeView[]> => (await ctx.db.priceNotices.list(ctx.actor)).map(toPriceNoticeView));
export const takeNotice = memberProcedure.input(z.object({ slug: z.string() })).mutation(async ({ ctx, input }): Promise<PresetView> => toPresetView(await takePriceNotice(ctx.db, ctx.actor, input.slug)));
export const dismissNotice = memberProcedure.input(z.object({ slug: z.string() })).mutation(({ ctx, input }) => ctx.db.priceNotices.close(ctx.actor, input.slug));
