/** Alert rules, their history, and a test of their delivery. */
import { z } from "zod";
import { alertChangeInput, changeAlert, createAlert, newAlertInput, toAlertEventView, toAlertView } from "../alert.ts";
import { list, operation, type Operation } from "./operation.ts";

const none = { query: null, body: null } as const;
const HISTORY_DEFAULT = 50;
const HISTORY_MAX = 200;
const id = (parameters: Readonly<Record<string, string>>): string => parameters["id"] ?? "";

export const ALERT_OPERATIONS: readonly Operation[] = [
  operation({ method: "GET", path: "/alerts", id: "listAlerts", summary: "Alert rules, and how many findings of each are open", status: 200, ...none, handle: async ({ db, actor }) => list((await db.alerts.list(actor)).map(toAlertView)) }),
  operation({
    method: "POST", path: "/alerts", id: "createAlert", summary: "Create an alert, told by e-mail and signed webhook (Standard Webhooks); the answer alone carries the webhook's secret", status: 201, query: null, body: newAlertInput,
    handle: async ({ db, actor, body }) => { const { alert, webhookSecret } = await createAlert(db, actor, body); return { ...alert, webhookSecret }; },
  }),
  operation({ method: "GET", path: "/alerts/history", id: "listAlertHistory", summary: "What the alerts have found and whom they told, newest first", status: 200, query: z.object({ limit: z.coerce.number().int().min(1).max(HISTORY_MAX).default(HISTORY_DEFAULT) }), body: null, handle: async ({ db, actor, query }) => list((await db.alerts.history(actor, query.limit)).map(toAlertEventView)) }),
  operation({ method: "PATCH", path: "/alerts/{id}", id: "updateAlert", summary: "Name, settings, e-mail addresses, on or off", status: 200, query: null, body: alertChangeInput, handle: ({ db, actor, parameters, body }) => changeAlert(db, actor, { id: id(parameters), change: body }) }),
  operation({ method: "POST", path: "/alerts/{id}/test", id: "testAlert", summary: "Send a test to every target of the alert, within seconds", status: 200, query: null, body: z.strictObject({}), handle: ({ db, actor, parameters }) => db.alerts.sendTest(actor, id(parameters)) }),
  operation({ method: "DELETE", path: "/alerts/{id}", id: "deleteAlert", summary: "Remove an alert and its history", status: 200, ...none, handle: async ({ db, actor, parameters }) => toAlertView(await db.alerts.remove(actor, id(parameters))) }),
];
