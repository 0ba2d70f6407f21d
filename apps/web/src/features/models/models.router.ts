import { router } from "../../server/trpc.ts";
import { firstModels, getModel, listModels } from "./procedures/list-models.ts";

export const modelsRouter = router({ list: listModels, first: firstModels, get: getModel });
