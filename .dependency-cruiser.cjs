// Who may import whom (ARCHITECTURE.md has the table). Every rule is an error; the list of allowed edges is the table itself.
const ALLOWED = {
  "packages/contracts": [], "packages/protocol": [], "packages/telemetry": [], "packages/ui": [], "packages/keys": [], "packages/outbound": [],
  "packages/kv": ["contracts"],
  "packages/queue": ["contracts"],
  "packages/catalog": ["contracts"],
  "packages/router-core": ["contracts", "catalog"],
  "packages/providers": ["contracts", "protocol"],
  "packages/billing": ["contracts", "catalog"],
  "packages/db": ["contracts", "keys"],
  "apps/gateway": ["contracts", "protocol", "telemetry", "keys", "kv", "queue", "catalog", "router-core", "providers", "outbound", "db"],
  "apps/worker": ["contracts", "telemetry", "keys", "kv", "queue", "catalog", "router-core", "providers", "billing", "outbound", "db"],
  "apps/web": ["contracts", "telemetry", "ui", "keys", "kv", "queue", "catalog", "router-core", "providers", "billing", "outbound", "db"],
};
const TESTS = "\\.test\\.tsx?$|\\.contract\\.ts$|/test/|/__fixtures__/|/scripts/";

const edges = Object.entries(ALLOWED).map(([from, to]) => ({
  name: `${from.split("/")[1]}-imports-only-what-the-table-allows`,
  severity: "error",
  from: { path: `^${from}/`, pathNot: TESTS },
  to: { path: "^(packages|apps)/", pathNot: `^${from}/${to.length ? `|^packages/(${to.join("|")})/` : ""}` },
}));

const dbEntry = (app) => ({
  name: `${app}-uses-its-own-entry-of-db`, severity: "error",
  from: { path: `^apps/${app}/`, pathNot: TESTS },
  to: { path: "^packages/db/src/", pathNot: `^packages/db/src/(${app}/|records\\.ts)` },
});

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: { pathNot: "/generated/" }, to: { circular: true, dependencyTypesNot: ["type-only"] } },
    ...edges,
    ...["gateway", "worker", "web"].map(dbEntry),
    { name: "no-deep-import", severity: "error", comment: "a package is reached through its entry", from: { path: "^(apps|packages)/([^/]+)/", pathNot: TESTS }, to: { path: "^packages/([^/]+)/src/.+", pathNot: ["^packages/[^/]+/src/index\\.tsx?$", "^packages/db/src/(gateway|worker|web)/index\\.ts$", "^packages/testkit/src/(simulator|stripe)/index\\.ts$", "^packages/catalog/src/sync/index\\.ts$", "^packages/telemetry/src/tracing/index\\.ts$", "^packages/$2/"] } },
    { name: "stages-do-not-know-each-other", severity: "error", from: { path: "^apps/gateway/src/(ingress|authenticate|admit|plan|attempt|respond|meter)/", pathNot: TESTS }, to: { path: "^apps/gateway/src/(ingress|authenticate|admit|plan|attempt|respond|meter)/", pathNot: "^apps/gateway/src/$1/" } },
    { name: "dialects-do-not-know-each-other", severity: "error", from: { path: "^packages/providers/src/dialects/([^/]+)/", pathNot: TESTS }, to: { path: "^packages/providers/src/dialects/([^/]+)/", pathNot: "^packages/providers/src/dialects/$1/" } },
    { name: "features-do-not-know-each-other", severity: "error", from: { path: "^apps/web/src/features/([^/]+)/" }, to: { path: "^apps/web/src/features/([^/]+)/", pathNot: ["^apps/web/src/features/$1/", "^apps/web/src/features/(trpc|shell)/"] } },
    { name: "worker-knows-providers-for-probes-alone", severity: "error", from: { path: "^apps/worker/src/", pathNot: ["^apps/worker/src/(probe/|env\\.ts|compose\\.ts)", TESTS] }, to: { path: "^packages/providers/" } },
    { name: "only-db-imports-prisma", severity: "error", from: { path: "^(apps|packages)/", pathNot: "^packages/db/" }, to: { path: "@prisma/|packages/db/generated" } },
    { name: "providers-are-pure", severity: "error", from: { path: "^packages/(providers|protocol)/src", pathNot: TESTS }, to: { path: "^(node:)?(https?|net|tls|dns|fs|timers|child_process)(/|$)|(^|/)(undici|ioredis|bullmq|pg)(/|$)" } },
    { name: "router-core-is-pure", severity: "error", from: { path: "^packages/router-core/src", pathNot: TESTS }, to: { path: "^node:|(^|/)(undici|ioredis|bullmq|pg)(/|$)" } },
    { name: "testkit-is-for-tests", severity: "error", from: { path: "^(apps|packages)/", pathNot: [TESTS, "^packages/testkit/"] }, to: { path: "^packages/testkit/" } },
    { name: "no-orphans", severity: "error", from: { orphan: true, path: "^(apps|packages)/[^/]+/src/", pathNot: ["/main\\.ts$", "/app/", TESTS, "\\.d\\.ts$", "/index\\.ts$"] }, to: {} },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|\\.next|generated)/|node_modules/(?!@trunkline)" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default", "types"], extensions: [".ts", ".tsx", ".mjs", ".js"] },
  },
};
