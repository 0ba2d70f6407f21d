import { router } from "../../server/trpc.ts";
import { book } from "./procedures/book.ts";
import { cacheSavings } from "./procedures/cache-savings.ts";
import { callers } from "./procedures/callers.ts";
import { filterValues } from "./procedures/filter-values.ts";
import { inner } from "./procedures/inner.ts";
import { marks } from "./procedures/marks.ts";
import { nested } from "./procedures/nested.ts";
import { overview } from "./procedures/overview.ts";
import { performance } from "./procedures/performance.ts";
import { series } from "./procedures/series.ts";

export const usageRouter = router({ book, filterValues, series, callers, inner, marks, nested, performance, overview, cacheSavings });
