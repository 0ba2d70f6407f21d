/** Failover drills: a provider is taken for failed for a share of a preset's requests, once or every week, and what came of it. */
import { z } from "zod";
import { drillReport, listDrills, newDrillInput, startDrill, stopDrill } from "../drill.ts";
import { changeDrillSchedule, drillScheduleChangeInput, listDrillSchedules, newDrillScheduleInput, scheduleDrill, unscheduleDrill } from "../drill-schedule.ts";
import { presetSlugInput } from "../preset-view.ts";
import { operation, type Operation } from "./operation.ts";

const id = (parameters: Readonly<Record<string, string>>): string => parameters["id"] ?? "";

export const DRILL_OPERATIONS: readonly Operation[] = [
  operation({ method: "GET", path: "/drills", id: "listDrills", summary: "Failover drills, newest first; `preset` narrows to one", status: 200, query: z.strictObject({ preset: presetSlugInput.optional() }), body: null, handle: ({ db, actor, query }) => listDrills({ db, actor }, query.preset) }),
  operation({
    method: "POST", path: "/drills", id: "startDrill", summary: "Take a provider for failed for a share of a preset's live (or test) requests, now or at `startsAt`, for 1 to 60 minutes; nothing is sent to it, and nobody is refused for it", status: 201, query: null, body: newDrillInput,
    handle: ({ db, kv, actor, body }) => startDrill({ db, kv, actor }, body),
  }),
  operation({ method: "GET", path: "/drills/{id}", id: "getDrill", summary: "What came of a drill: time to recover, requests lost, who served, cost beside the requests that were not drilled", status: 200, query: null, body: null, handle: ({ db, actor, parameters }) => drillReport({ db, actor }, id(parameters)) }),
  operation({ method: "POST", path: "/drills/{id}/stop", id: "stopDrill", summary: "End a drill before its time", status: 200, query: null, body: null, handle: ({ db, kv, actor, parameters }) => stopDrill({ db, kv, actor }, id(parameters)) }),
  operation({ method: "GET", path: "/drill-schedules", id: "listDrillSchedules", summary: "Weekly drills, the next one first, each with what became of its latest hour; `preset` narrows to one", status: 200, query: z.strictObject({ preset: presetSlugInput.optional() }), body: null, handle: ({ db, actor, query }) => listDrillSchedules({ db, actor }, query.preset) }),
  operation({
    method: "POST", path: "/drill-schedules", id: "scheduleDrill", summary: "Drill a preset every week at an hour of the organization's time zone; skipped, and said so, while another drill of the preset runs or waits", status: 201, query: null, body: newDrillScheduleInput,
    handle: ({ db, actor, body }) => scheduleDrill({ db, actor }, body),
  }),
  operation({ method: "PATCH", path: "/drill-schedules/{id}", id: "updateDrillSchedule", summary: "Provider, share, minutes, mode, day or hour of a weekly drill; one that runs goes on as it was", status: 200, query: null, body: drillScheduleChangeInput, handle: ({ db, actor, parameters, body }) => changeDrillSchedule({ db, actor }, id(parameters), body) }),
  operation({ method: "DELETE", path: "/drill-schedules/{id}", id: "unscheduleDrill", summary: "End a weekly drill; one that runs goes on to its end", status: 200, query: null, body: null, handle: ({ db, actor, parameters }) => unscheduleDrill({ db, actor }, id(parameters)) }),
];
