import { describe, expect, it } from "vitest";
import { presetDocumentSchema } from "@trunkline/contracts";
import { checkDocument, checkJsonText, compact, describeConditions, moveBy, newRule, renamePair, setCondition, setContinuation, setHedge, setProvider, toJsonText } from "./document-edits.ts";

const document = presetDocumentSchema.parse({ rules: [
  { name: "Long", when: { inputTokensMin: 200_000, needs: ["tools"] }, strategy: "weighted", targets: [{ model: "a/b", weight: 3 }, { model: "c/d", provider: "east" }], fallbacks: [{ model: "e/f" }] },
  { name: "Else", targets: [{ model: "a/b" }] },
] });

describe("the edits of a preset document", () => {
  it("keeps every rule when one is moved past either end", () => {
    expect(moveBy(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moveBy(["a", "b"], 1, 1)).toEqual(["a", "b"]);
    expect(moveBy(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  });
  it("sets hedging and continuation, and leaves no trace of either when it is taken away", () => {
    const rule = newRule("r", "a/b");
    const both = setContinuation(setHedge(rule, 800), true);
    expect(both).toEqual({ ...rule, hedge: { afterMs: 800 }, continuation: true });
    expect(setContinuation(setHedge(both, undefined), false)).toEqual(rule);
    expect(checkDocument({ rules: [setHedge(rule, 1)] })).toMatchObject({ problem: expect.stringContaining("rules.0.hedge.afterMs") as string });
  });
  it("takes a condition away entirely rather than leaving an empty one", () => {
    expect(setCondition({ task: ["code"], needs: ["tools"] }, "task", [])).toEqual({ needs: ["tools"] });
    expect(setCondition({ inputTokensMin: 5 }, "inputTokensMin", undefined)).toEqual({});
    expect(setCondition({}, "inputTokensMin", 0)).toEqual({ inputTokensMin: 0 });
  });
  it("unpins a target when no provider is chosen", () => expect(setProvider({ model: "a/b", provider: "east", weight: 1 }, "")).toEqual({ model: "a/b", weight: 1 }));
  it("never loses a metadata pair to another of the same name", () => {
    expect(renamePair({ tier: "gold", lang: "de" }, "lang", "tier")).toEqual({ tier: "gold", lang: "de" });
    expect(Object.keys(renamePair({ tier: "gold", lang: "de" }, "tier", "plan"))).toEqual(["plan", "lang"]);
  });
  it("names every condition of a rule", () => expect(describeConditions({ inputTokensMin: 200_000, metadata: { tier: "gold" } })).toEqual([{ name: "input tokens", test: "≥ 200,000" }, { name: "metadata.tier", test: "is gold" }]));
  it("makes new rules that the schema takes", () => expect(checkDocument({ rules: [newRule("New rule", "a/b")] })).toHaveProperty("document"));
});

describe("the two forms of a document", () => {
  it("are the same document: text and back changes nothing", () => expect(checkJsonText(toJsonText(document))).toEqual({ document }));
  it("have one text for equal documents, in whatever order their keys came", () => {
    const [first] = document.rules;
    if (!first) throw new Error("the document has no rule");
    const { name, when, ...rest } = first;
    expect(toJsonText({ limits: document.limits, rules: [{ ...rest, when, name }, ...document.rules.slice(1)] })).toBe(toJsonText(document));
  });
  it("asks the simulator about the same document in fewer words", () => {
    expect(presetDocumentSchema.parse(compact(document))).toEqual(document);
    expect(JSON.stringify(compact(document)).length).toBeLessThan(JSON.stringify(document).length);
  });
  it("says where a document is wrong", () => expect(checkDocument({ rules: [{ name: "", targets: [{ model: "a/b" }] }] })).toMatchObject({ problem: expect.stringContaining("rules.0.name") }));
  it("refuses text that is not JSON", () => expect(checkJsonText("{")).toHaveProperty("problem"));
});
