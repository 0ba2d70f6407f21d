import fs from "node:fs";
import path from "node:path";
import { TASK_CLASSES } from "../src/task-patterns.ts";

/** Every third line of each class is held out. It was set apart before the first pattern was written. */
const HELD_OUT_EVERY = 3;
const FOLDER = path.resolve("packages/router-core/fixtures/prompts");

/** By class; run from the root of the repository. */
export function loadPrompts(part: "train" | "held-out"): ReadonlyMap<string, readonly string[]> {
  return new Map(TASK_CLASSES.map((task) => {
    const lines = fs.readFileSync(path.join(FOLDER, `${task}.txt`), "utf8").trim().split("\n");
    return [task, lines.filter((_line, index) => (index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1) === (part === "held-out"))];
  }));
}
