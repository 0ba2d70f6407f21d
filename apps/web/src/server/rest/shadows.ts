/** A version that gets copies of a preset's requests beside the published one, and whose answers nobody sees. */
import { NotFoundError } from "@trunkline/db/web";
import { newShadowInput, shadowReport, startShadow, stopShadow } from "../shadow.ts";
import { operation, type Operation } from "./operation.ts";

const slug = (parameters: Readonly<Record<string, string>>): string => parameters["slug"] ?? "";

export const SHADOW_OPERATIONS: readonly Operation[] = [
  operation({
    method: "GET", path: "/presets/{slug}/shadow", id: "getPresetShadow", summary: "The newest shadow's copies beside what was served meanwhile: requests, failures, cost, first token, duration", status: 200, query: null, body: null,
    handle: async ({ db, actor, parameters }) => {
      const report = await shadowReport({ db, actor }, slug(parameters));
      if (!report) throw new NotFoundError("shadow of this preset");
      return report;
    },
  }),
  operation({
    method: "POST", path: "/presets/{slug}/shadow", id: "startPresetShadow", summary: "Copy a share of the preset's answered requests to a version, to a `model`, or to the draft as a new version; answers are discarded, costs are metered under the label `<slug>/shadow`", status: 201, query: null, body: newShadowInput,
    handle: ({ db, kv, actor, parameters, body }) => startShadow({ db, kv, actor }, slug(parameters), body),
  }),
  operation({ method: "POST", path: "/presets/{slug}/shadow/stop", id: "stopPresetShadow", summary: "End the running shadow", status: 200, query: null, body: null, handle: ({ db, kv, actor, parameters }) => stopShadow({ db, kv, actor }, slug(parameters)) }),
];
