import type { PublishedPreset } from "@trunkline/contracts";
import { drawFor } from "@trunkline/router-core";
import type { InboundFacts } from "../stages.ts";

/** The canary or the version beside it. A raised share keeps whoever was drawn before, and another canary draws anew. */
export function servingVersion(preset: PublishedPreset, facts: Pick<InboundFacts, "sessionId" | "endUser">, random: () => number): PublishedPreset {
  const { canary } = preset;
  if (canary === undefined) return preset;
  return drawFor(facts, { by: canary.by, salt: `${preset.slug}//${canary.preset.version}`, random: random() }) * 100 < canary.percent ? canary.preset : preset;
}
