import { router } from "../../server/trpc.ts";
import { getPrompt } from "./procedures/get-prompt.ts";
import { getReceipt } from "./procedures/get-receipt.ts";
import { getRequest } from "./procedures/get-request.ts";
import { listRequests } from "./procedures/list-requests.ts";
import { markRequests, watchRequests } from "./procedures/watch-requests.ts";

export const requestsRouter = router({ list: listRequests, get: getRequest, prompt: getPrompt, receipt: getReceipt, watch: watchRequests, mark: markRequests });
