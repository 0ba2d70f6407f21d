// `bench NAME`: hands over to the measurement of that name. What each takes stands in its own file; `bench NAME --help` prints it.
import { refuse } from "../infra/scripts/options.mjs";

const MEASURES = { gateway: () => import("./gateway.mjs"), web: () => import("./web.mjs"), analytics: () => import("./analytics.mjs"), translate: () => import("./translate.mjs"), metering: () => import("./metering.mjs") };
/** Measured without a process of ours: `cli.mjs` runs these from their packages. */
const ELSEWHERE = ["router", "classifier"];
const names = [...Object.keys(MEASURES), ...ELSEWHERE].join("|");

const word = process.argv[2];
if (word === "--help") console.log(`bench ${names} [OPTIONS]: measures one part; bench NAME --help says what it takes`);
else {
  const measure = Object.hasOwn(MEASURES, word ?? "") ? MEASURES[word] : refuse("bench", `${word === undefined ? "it wants a name" : `there is no ${word}`}: ${names}`);
  await measure();
  process.exit(process.exitCode);
}
