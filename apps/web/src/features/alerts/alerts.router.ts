import { router } from "../../server/trpc.ts";
import { createAlertProcedure } from "./procedures/create-alert.ts";
import { listAlerts } from "./procedures/list-alerts.ts";
import { removeAlert } from "./procedures/remove-alert.ts";
import { testAlert } from "./procedures/test-alert.ts";
import { updateAlert } from "./procedures/update-alert.ts";

export const alertsRouter = router({ list: listAlerts, create: createAlertProcedure, update: updateAlert, test: testAlert, remove: removeAlert });
