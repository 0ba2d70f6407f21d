import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createState } from "./state.ts";
import type { MeterEventRecord, Replay, State, StripeObject, WebhookTarget } from "./state.ts";

interface Saved {
  readonly instance: string;
  readonly sequence: number;
  readonly objects: readonly StripeObject[];
  readonly meterEvents: readonly MeterEventRecord[];
  readonly events: readonly StripeObject[];
  readonly webhooks: readonly WebhookTarget[];
  readonly replays: readonly (readonly [string, Replay])[];
}

/** The state that was saved, or a new one when there is no file. Throws SyntaxError on a file that is not ours. */
export function loadState(file: string): State {
  const state = createState();
  if (!existsSync(file)) return state;
  const saved = JSON.parse(readFileSync(file, "utf8")) as Saved;
  return {
    ...state, instance: saved.instance, sequence: saved.sequence, objects: new Map(saved.objects.map((object) => [object.id, object])),
    meterEvents: [...saved.meterEvents], events: [...saved.events], webhooks: saved.webhooks.filter((target) => target.id !== CONFIGURED_WEBHOOK), replays: new Map(saved.replays),
  };
}

/** The webhook given at start is not state: the next start may name another. */
const CONFIGURED_WEBHOOK = "we_standin";

/** Written beside and renamed, so that a kill leaves the old or the new file. */
export function saveState(file: string, state: State): void {
  const { instance, sequence, objects, meterEvents, events, webhooks, replays } = state;
  const saved: Saved = { instance, sequence, objects: [...objects.values()], meterEvents, events, webhooks, replays: [...replays] };
  writeFileSync(`${file}.new`, JSON.stringify(saved));
  renameSync(`${file}.new`, file);
}
