import { router } from "../../server/trpc.ts";
import { me } from "./procedures/me.ts";

export const viewerRouter = router({ me });
