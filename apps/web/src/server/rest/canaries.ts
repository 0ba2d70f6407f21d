/** A version that takes a share of a preset's requests beside the published one. */
import { NotFoundError } from "@trunkline/db/web";
import { abortCanary, canaryReport, canaryShareInput, newCanaryInput, promoteCanary, setCanaryShare, startCanary } from "../canary.ts";
import { operation, type Operation } from "./operation.ts";

const slug = (parameters: Readonly<Record<string, string>>): string => parameters["slug"] ?? "";

export const CANARY_OPERATIONS: readonly Operation[] = [
  operation({
    method: "GET", path: "/presets/{slug}/canary", id: "getPresetCanary", summary: "The newest canary beside the published version: requests, failures, cost, first token, and whether it fails clearly more often", status: 200, query: null, body: null,
    handle: async ({ db, actor, parameters }) => {
      const report = await canaryReport({ db, actor }, slug(parameters));
      if (!report) throw new NotFoundError("canary of this preset");
      return report;
    },
  }),
  operation({
    method: "POST", path: "/presets/{slug}/canary", id: "startPresetCanary", summary: "Give a version, or the draft as a new version, a share of the preset's requests; `by` session or user keeps whoever was drawn", status: 201, query: null, body: newCanaryInput,
    handle: ({ db, kv, actor, parameters, body }) => startCanary({ db, kv, actor }, slug(parameters), body),
  }),
  operation({ method: "PATCH", path: "/presets/{slug}/canary", id: "updatePresetCanary", summary: "Change the running canary's share; a larger one keeps whoever was drawn before", status: 200, query: null, body: canaryShareInput, handle: ({ db, kv, actor, parameters, body }) => setCanaryShare({ db, kv, actor }, slug(parameters), body.percent) }),
  operation({ method: "POST", path: "/presets/{slug}/canary/promote", id: "promotePresetCanary", summary: "The running canary becomes the published version", status: 200, query: null, body: null, handle: ({ db, kv, actor, parameters }) => promoteCanary({ db, kv, actor }, slug(parameters)) }),
  operation({ method: "POST", path: "/presets/{slug}/canary/abort", id: "abortPresetCanary", summary: "End the running canary; the published version serves all again", status: 200, query: null, body: null, handle: ({ db, kv, actor, parameters }) => abortCanary({ db, kv, actor }, slug(parameters)) }),
];
