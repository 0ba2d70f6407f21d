import { router } from "../../server/trpc.ts";
import { onboardingState } from "./procedures/onboarding-state.ts";
import { runForMe } from "./procedures/run-for-me.ts";

export const onboardingRouter = router({ state: onboardingState, runForMe });
