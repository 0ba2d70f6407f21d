// Measures the task classifier on the labelled prompts and puts accuracy and confusion table into docs/routing.md: `bench classifier [--write] [--json]`.
import path from "node:path";
import { classifyTask } from "../src/index.ts";
import { TASK_CLASSES } from "../src/task-patterns.ts";
import { replaceSection } from "./doc-section.ts";
import { loadPrompts } from "./labelled-prompts.ts";

type Part = "train" | "held-out";

function judge(part: Part) {
  const confusion = new Map<string, number>();
  let right = 0;
  let count = 0;
  for (const [task, prompts] of loadPrompts(part)) for (const text of prompts) {
    const guess = classifyTask({ text, tools: 0 })?.task ?? "none";
    confusion.set(`${task} ${guess}`, (confusion.get(`${task} ${guess}`) ?? 0) + 1);
    count++;
    if (guess === task) right++;
  }
  return { part, right, count, accuracy: Math.round(right / count * 1000) / 1000, confusion };
}

function table({ confusion }: ReturnType<typeof judge>): readonly string[] {
  const cell = (task: string, guess: string): string => { const found = confusion.get(`${task} ${guess}`); return found === undefined ? "" : task === guess ? `**${found}**` : String(found); };
  return [`| written as ↓, taken for → | ${TASK_CLASSES.join(" | ")} |`, `|---|${TASK_CLASSES.map(() => "---").join("|")}|`, ...TASK_CLASSES.map((task) => `| ${task} | ${TASK_CLASSES.map((guess) => cell(task, guess)).join(" | ")} |`)];
}

const [train, held] = [judge("train"), judge("held-out")];
const line = ({ part, right, count, accuracy }: ReturnType<typeof judge>): string => `- ${part}: ${right} of ${count} (${(accuracy * 100).toFixed(1)} %)`;
const text = ["Made by `pnpm bench classifier --write`.", "", line(train), line(held), "", "Held-out prompts:", "", ...table(held)].join("\n");
if (process.argv.includes("--write")) replaceSection(path.resolve("docs/routing.md"), "classifier", text);
if (process.argv.includes("--json")) console.log(JSON.stringify({ train: { accuracy: train.accuracy, count: train.count }, heldOut: { accuracy: held.accuracy, count: held.count, confusion: Object.fromEntries(held.confusion) } }));
else console.log(text);
