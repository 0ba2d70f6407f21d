import { router } from "../../server/trpc.ts";
import { listModels } from "./procedures/list-models.ts";

export const modelsRouter = router({ list: listModels });
