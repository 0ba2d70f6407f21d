import { router } from "../../server/trpc.ts";
import { listViews, removeView, saveView } from "./procedures/saved-views.ts";

export const viewsRouter = router({ list: listViews, save: saveView, remove: removeView });
