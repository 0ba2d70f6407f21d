import { router } from "../../server/trpc.ts";
import { endSession, getProfile, removePasskey, rename } from "./procedures/profile.ts";

export const profileRouter = router({ get: getProfile, rename, endSession, removePasskey });
