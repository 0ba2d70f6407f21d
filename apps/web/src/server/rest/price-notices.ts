/** What new prices mean for the organization's presets. */
import { toPresetView } from "../preset-view.ts";
import { takePriceNotice, toPriceNoticeView } from "../price-notice.ts";
import { list, operation, type Operation } from "./operation.ts";

const slug = (parameters: Readonly<Record<string, string>>): string => parameters["slug"] ?? "";
const none = { query: null, body: null } as const;

export const PRICE_NOTICE_OPERATIONS: readonly Operation[] = [
  operation({ method: "GET", path: "/price-notices", id: "listPriceNotices", summary: "What the last changes of prices mean for the presets: what they choose now, and what a change of their order would save a month at the organization's own traffic", status: 200, ...none, handle: async ({ db, actor }) => list((await db.priceNotices.list(actor)).map(toPriceNoticeView)) }),
  operation({ method: "POST", path: "/price-notices/{slug}/draft", id: "takePriceNotice", summary: "The proposed change becomes the preset's draft; nothing routes by it until it is published", status: 201, ...none, handle: async ({ db, actor, parameters }) => toPresetView(await takePriceNotice(db, actor, slug(parameters))) }),
  operation({
    method: "DELETE", path: "/price-notices/{slug}", id: "dismissPriceNotice", summary: "Dismiss it; only further changes of prices bring one back", status: 200, ...none,
    handle: async ({ db, actor, parameters }) => {
      await db.priceNotices.close(actor, slug(parameters));
      return { preset: slug(parameters), dismissed: true };
    },
  }),
];
