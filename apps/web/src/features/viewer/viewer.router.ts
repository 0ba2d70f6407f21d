import { router } from "../../server/trpc.ts";
import { me } from "./procedures/me.ts";
import { standing } from "./procedures/standing.ts";

export const viewerRouter = router({ me, standing });
