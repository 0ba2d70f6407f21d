import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");
/** What the processes say of themselves: every series is named once, in one of these. */
const SOURCES = ["packages/telemetry/src/metrics.ts", "apps/worker/src/metrics.ts", "apps/worker/src/compose.ts"].map(read).join("\n");
const named = (text: string): readonly string[] => [...new Set(text.match(/trunkline_[a-z_]+/g) ?? [])];

describe("what operators are handed", () => {
  it.each(["infra/alerts/trunkline.rules.yaml", "infra/dashboards/trunkline.json"])("%s asks only for series that exist", (path) => {
    const asked = named(read(path)).map((name) => name.replace(/_(?:bucket|sum|count)$/, ""));
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !SOURCES.includes(name))).toEqual([]);
  });
  it("has a runbook for every alert", () => {
    const anchors = new Set(read("docs/runbooks/alerts.md").match(/^## .+$/gm)?.map((heading) => heading.slice(3).toLowerCase().replace(/[^a-z0-9 ]/g, "").replaceAll(" ", "-")));
    const links = [...read("infra/alerts/trunkline.rules.yaml").matchAll(/runbook: (\S+?)(?:#(\S+?))? \}/g)];
    expect(links.length).toBeGreaterThan(10);
    for (const [, file = "", anchor] of links) {
      expect(read(file).length).toBeGreaterThan(100);
      if (anchor !== undefined) expect([...anchors]).toContain(anchor);
    }
  });
  it("sets no variable in the chart that no process reads", () => {
    const chart = ["gateway", "worker", "web", "migrate", "_helpers"].map((name) => read(`infra/helm/trunkline/templates/${name}.${name.startsWith("_") ? "tpl" : "yaml"}`)).join("\n");
    const documented = `${read("docs/environment.md")}\n${read("infra/compose/.env.example")}\n${read("infra/docker/Dockerfile")}`;
    const variables = [...chart.matchAll(/- \{ name: ([A-Z_]+),/g)].map(([, name = ""]) => name);
    expect(variables.length).toBeGreaterThan(6);
    expect(variables.filter((name) => !documented.includes(name))).toEqual([]);
  });
  it.each(["gateway", "worker", "web"])("documents every variable that the %s reads", (app) => {
    const source = read(`apps/${app}/src/env.ts`);
    const variables = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = ""]) => name);
    expect(variables.length).toBeGreaterThan(5);
    expect(variables.filter((name) => !read("docs/environment.md").includes(name))).toEqual([]);
  });
});
