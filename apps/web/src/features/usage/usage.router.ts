import { router } from "../../server/trpc.ts";
import { overview } from "./procedures/overview.ts";
import { series } from "./procedures/series.ts";

export const usageRouter = router({ series, overview });
