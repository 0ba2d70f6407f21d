import { INVALIDATION_TOPICS } from "@trunkline/contracts";
import type { Actor, PresetRecord } from "@trunkline/db/web";
import type { Kv } from "@trunkline/kv";
import { toPresetView } from "./preset-view.ts";
import { publishChange } from "./publish.ts";
import type { PresetView } from "./views.ts";

/** A preset as it is after a change of what is served, once the gateways have been told. Whoever changes that, changes it through here. */
export async function changedPreset({ kv, actor }: { readonly kv: Pick<Kv, "publish">; readonly actor: Actor }, change: Promise<PresetRecord>): Promise<PresetView> {
  const row = await change;
  await publishChange(kv, INVALIDATION_TOPICS.preset, actor.organizationId);
  return toPresetView(row);
}
