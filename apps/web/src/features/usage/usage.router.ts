import { router } from "../../server/trpc.ts";
import { book } from "./procedures/book.ts";
import { overview } from "./procedures/overview.ts";
import { series } from "./procedures/series.ts";

export const usageRouter = router({ book, series, overview });
