import { router } from "../../server/trpc.ts";
import { getGuardrails, saveGuardrails } from "./procedures/guardrails.ts";

export const guardrailsRouter = router({ get: getGuardrails, save: saveGuardrails });
