import { router } from "../../server/trpc.ts";
import { backtest } from "./procedures/backtest-preset.ts";
import { abortPresetCanary, canary, promotePresetCanary, setPresetCanaryShare, startPresetCanary } from "./procedures/canary.ts";
import { deletePreset } from "./procedures/delete-preset.ts";
import { changePresetDrillSchedule, drill, drillSchedules, drills, schedulePresetDrill, startPresetDrill, unschedulePresetDrill, stopPresetDrill } from "./procedures/drill.ts";
import { shadow, startPresetShadow, stopPresetShadow } from "./procedures/shadow.ts";
import { createPreset } from "./procedures/create-preset.ts";
import { endUserPlans, setEndUserPlans } from "./procedures/end-users.ts";
import { explainPreset } from "./procedures/explain-preset.ts";
import { getPreset } from "./procedures/get-preset.ts";
import { listPresets } from "./procedures/list-presets.ts";
import { dismissNotice, priceNotices, takeNotice } from "./procedures/price-notices.ts";
import { publishPreset } from "./procedures/publish-preset.ts";
import { rollBackPreset } from "./procedures/roll-back-preset.ts";
import { savePresetDraft } from "./procedures/save-preset-draft.ts";

export const presetsRouter = router({
  list: listPresets, get: getPreset, create: createPreset, saveDraft: savePresetDraft, publish: publishPreset, rollBack: rollBackPreset, remove: deletePreset, explain: explainPreset, backtest, priceNotices, takeNotice, dismissNotice,
  canary, startCanary: startPresetCanary, setCanaryShare: setPresetCanaryShare, promoteCanary: promotePresetCanary, abortCanary: abortPresetCanary,
  shadow, startShadow: startPresetShadow, stopShadow: stopPresetShadow,
  drills, drill, startDrill: startPresetDrill, stopDrill: stopPresetDrill, drillSchedules, scheduleDrill: schedulePresetDrill, changeDrillSchedule: changePresetDrillSchedule, unscheduleDrill: unschedulePresetDrill, endUserPlans, setEndUserPlans,
});
