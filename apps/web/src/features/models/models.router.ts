import { router } from "../../server/trpc.ts";
import { getModel, listModels } from "./procedures/list-models.ts";

export const modelsRouter = router({ list: listModels, get: getModel });
