// What a crash run says at its end. Decides whether it holds: nothing lost, doubled or wrong, and nothing missing without which it would prove nothing.
import { conclude } from "../../infra/scripts/verdict.mjs";

/** A run whose callers were mostly turned away has nothing to lose. */
const SERVED_SHARE_MIN = 0.5;
const SERVED = new Set(["complete", "aborted"]);
const KINDS = ["lost", "doubled", "wrong"];

/** `verdicts`: each `{ lost, doubled, wrong, notes, unmet? }`. `facts` go into the JSON as they are. */
export function report({ verdicts, callers, kills, options, facts, say }) {
  const outcomes = {};
  for (const { outcome } of callers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const [lost, doubled, wrong] = KINDS.map((kind) => verdicts.reduce((sum, verdict) => sum + verdict[kind], 0));
  const served = callers.filter(({ outcome }) => SERVED.has(outcome)).length;
  const unmet = [
    ...verdicts.flatMap((verdict) => verdict.unmet ?? []),
    ...(kills.length === options.kills ? [] : [`${kills.length} of ${options.kills} kills took place`]),
    ...(served >= callers.length * SERVED_SHARE_MIN ? [] : [`only ${served} of ${callers.length} calls were served`]),
  ];
  for (const note of [...verdicts.flatMap(({ notes }) => notes), ...unmet.map((line) => `proves nothing: ${line}`)]) say(note);
  const holds = lost + doubled + wrong + unmet.length === 0;
  const killed = Object.fromEntries([...new Set(kills.map(({ service }) => service))].sort().map((name) => [name, kills.filter(({ service }) => service === name).length]));
  conclude({
    passed: holds ? 1 : 0, failed: holds ? 0 : 1, json: options.json,
    result: { requests: callers.length, kills: kills.length, lost, doubled, wrong, seed: options.seed, killed, killsWhileExporting: kills.filter((kill) => kill.whileExporting).length, outcomes, unmet, ...facts },
    show: () => console.log(`${JSON.stringify(outcomes)}; ${facts.receipts} receipts; lost ${lost}, doubled ${doubled}, wrong ${wrong}`),
  });
}
