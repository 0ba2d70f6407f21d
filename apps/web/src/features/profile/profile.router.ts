import { router } from "../../server/trpc.ts";
import { endSession, getProfile, rename } from "./procedures/profile.ts";

export const profileRouter = router({ get: getProfile, rename, endSession });
