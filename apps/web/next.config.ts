import path from "node:path";
import type { NextConfig } from "next";

const repositoryRoot = path.join(import.meta.dirname, "../..");

const securityHeaders = [
  { key: "x-content-type-options", value: "nosniff" },
  { key: "x-frame-options", value: "DENY" },
  { key: "referrer-policy", value: "strict-origin-when-cross-origin" },
  { key: "permissions-policy", value: "camera=(), microphone=(), geolocation=()" },
];

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  transpilePackages: [
    "@trunkline/billing", "@trunkline/catalog", "@trunkline/contracts", "@trunkline/db", "@trunkline/keys",
    "@trunkline/kv", "@trunkline/outbound", "@trunkline/protocol", "@trunkline/providers", "@trunkline/queue", "@trunkline/router-core", "@trunkline/telemetry", "@trunkline/ui",
  ],
  serverExternalPackages: ["pg", "@prisma/adapter-pg", "@prisma/client", "ioredis", "nodemailer"],
  agentRules: false,
  typedRoutes: false,
  poweredByHeader: false,
  headers: async () => [{ source: "/(.*)", headers: securityHeaders }],
};

export default config;
