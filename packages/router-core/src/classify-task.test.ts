import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { classifyTask } from "./classify-task.ts";
import { TASK_CLASSES, TASK_PATTERNS } from "./task-patterns.ts";

const folder = path.join(import.meta.dirname, "../fixtures/prompts");
const labelled = TASK_CLASSES.flatMap((task) => fs.readFileSync(path.join(folder, `${task}.txt`), "utf8").trim().split("\n").map((text, index) => ({ task, text, heldOut: index % 3 === 2 })));
const accuracy = (part: typeof labelled): number => part.filter(({ task, text }) => classifyTask({ text, tools: 0 })?.task === task).length / part.length;

describe("the labelled prompts", () => {
  it("are at least six hundred, fifty to a class, none twice", () => {
    expect(labelled.length).toBeGreaterThanOrEqual(600);
    expect(new Set(labelled.map(({ text }) => text)).size).toBe(labelled.length);
    for (const task of TASK_CLASSES) expect(labelled.filter((one) => one.task === task).length).toBeGreaterThanOrEqual(50);
  });
  it("are told apart in nine of ten cases, those set apart before the patterns too", () => {
    expect(accuracy(labelled.filter(({ heldOut }) => !heldOut))).toBeGreaterThan(0.9);
    expect(accuracy(labelled.filter(({ heldOut }) => heldOut))).toBeGreaterThan(0.9);
  });
});

describe("a guess", () => {
  it("is the same each time, and says why in words", () => {
    const guess = classifyTask({ text: "Translate this letter to French", tools: 0 });
    expect(guess).toEqual(classifyTask({ text: "Translate this letter to French", tools: 0 }));
    expect(guess).toMatchObject({ task: "translation", evidence: ["a translation", "a language to write in"] });
  });
  it("reads the instruction before and after a long paste, and not the paste", () => {
    const paste = "lorem ipsum dolor sit amet ".repeat(10_000);
    expect(classifyTask({ text: `Summarize the following.\n${paste}`, tools: 0 })?.task).toBe("summarization");
    expect(classifyTask({ text: `${paste}\nnpm ERR! what does this stack trace mean in my python code`, tools: 0 })?.task).toBe("code");
  });
  it("is none for an empty text, and small talk or a question where nothing speaks", () => {
    expect(classifyTask({ text: "  ", tools: 3 })).toBeNull();
    expect(classifyTask({ text: "zzz", tools: 0 })).toMatchObject({ task: "chat", confidence: 0.1 });
  });
  it("does not change with the patterns' order of use", () => {
    for (const { pattern } of TASK_PATTERNS) expect(pattern.flags).toBe("");
  });
});
