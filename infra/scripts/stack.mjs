// One running Trunkline: database, migrations, catalogue, simulator, gateway, worker, web. Used by `npm start`, the tests, the crash run and the bench.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { deploy } from "./migrate.mjs";
import { freePort, startPostgres } from "./postgres.mjs";
import { runToEnd, startProcess, waitForHttp } from "./processes.mjs";

export const root = path.join(import.meta.dirname, "../..");
const READY_TIMEOUT_MS = 60_000;

/** Reads the generated secrets of a data folder, making them the first time (mode 0600, git-ignored). */
export function developmentSecrets(dataDir) {
  const file = path.join(dataDir, "secrets.json");
  if (!fs.existsSync(file)) {
    fs.mkdirSync(dataDir, { recursive: true });
    const secret = () => randomBytes(32).toString("base64");
    const secrets = { AUTH_SECRET: secret(), ENCRYPTION_KEYS: `1:${secret()}`, API_KEY_PEPPERS: `1:${secret()}`, RECEIPT_SIGNING_KEYS: `1:${secret()}`, postgresPassword: randomBytes(18).toString("hex") };
    fs.writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  }
  const secrets = JSON.parse(fs.readFileSync(file, "utf8"));
  if (secrets.RECEIPT_SIGNING_KEYS) return secrets;
  // A folder made before receipts were signed.
  const complete = { ...secrets, RECEIPT_SIGNING_KEYS: `1:${randomBytes(32).toString("base64")}` };
  fs.writeFileSync(file, `${JSON.stringify(complete, null, 2)}\n`, { mode: 0o600 });
  return complete;
}

const entries = {
  simulator: { args: ["packages/testkit/dist/simulator.mjs"], health: "/healthz", port: "SIMULATOR_PORT" },
  stripe: { args: ["packages/testkit/dist/stripe.mjs"], health: "/healthz", port: "STRIPE_STAND_IN_PORT" },
  gateway: { args: ["--max-semi-space-size=64", "apps/gateway/dist/main.mjs"], health: "/readyz", port: "GATEWAY_PORT" },
  worker: { args: ["--max-semi-space-size=64", "apps/worker/dist/main.mjs"], health: "/readyz", port: "WORKER_PORT" },
  web: { args: ["apps/web/.next/standalone/apps/web/server.js"], health: "/healthz", port: "WEB_PORT" },
};

/**
 * `dataDir` keeps Postgres, spool, mails and secrets. `ports` names fixed ports (missing ones are chosen free). `env` adds to or overrides what
 * the processes see. `webHost` is how browsers name the dashboard's machine. `services` are started in the order given. Returns urls, env, `start(name)`, `services` and `stop()`.
 */
export async function startStack({ dataDir, ports = {}, env = {}, webHost = "127.0.0.1", services = ["simulator", "gateway", "worker", "web"], onProgress = () => {}, onExit = () => {} }) {
  const secrets = developmentSecrets(dataDir);
  const stops = [];
  const running = new Map();
  const stop = async () => {
    await Promise.all([...running.values()].map((service) => service.stop()));
    for (const stopOne of stops.reverse()) await stopOne();
  };
  try {
    const all = await stackEnvironment({ dataDir, ports, env, webHost, secrets, stops, onProgress });
    onProgress("applying migrations");
    await deploy(all.DATABASE_URL);
    onProgress("seeding the catalogue");
    await runToEnd({ name: "catalog sync", args: ["apps/web/dist/trunkline.mjs", "catalog", "sync", "--json"], cwd: root, env: all });
    const start = async (name) => {
      const { args, health, port } = entries[name];
      let ended = null;
      const service = startProcess({ name, args, cwd: root, env: { ...all, ...(name === "web" ? { PORT: all.WEB_PORT, HOSTNAME: "127.0.0.1" } : {}) }, onExit: (code, lines) => { ended = new Error(`${name} ended by itself (${code}): ${lines.at(-1) ?? "it said nothing"}`); onExit(name, code, lines); } });
      running.set(name, service);
      await waitForHttp(`http://127.0.0.1:${all[port]}${health}`, READY_TIMEOUT_MS, () => ended);
      return service;
    };
    onProgress(`starting ${services.join(", ")}`);
    await Promise.all(services.map(start));
    const url = (port) => `http://127.0.0.1:${all[port]}`;
    return { env: all, urls: { web: `http://${webHost}:${all.WEB_PORT}`, gateway: url("GATEWAY_PORT"), worker: url("WORKER_PORT"), simulator: url("SIMULATOR_PORT"), stripe: url("STRIPE_STAND_IN_PORT") }, services: running, start, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Chooses ports, starts the embedded Postgres unless DATABASE_URL is given, and puts together what every process sees. */
async function stackEnvironment({ dataDir, ports, env, webHost, secrets, stops, onProgress }) {
  const chosen = {};
  for (const name of ["WEB_PORT", "GATEWAY_PORT", "WORKER_PORT", "SIMULATOR_PORT", "STRIPE_STAND_IN_PORT"]) chosen[name] = String(ports[name] ?? (await freePort()));
  let databaseUrl = env.DATABASE_URL;
  if (!databaseUrl) {
    onProgress("starting the embedded PostgreSQL");
    const postgres = await startPostgres({ dataDir: path.join(dataDir, "postgres"), port: Number(ports.POSTGRES_PORT ?? (await freePort())), password: secrets.postgresPassword });
    stops.push(postgres.stop);
    databaseUrl = postgres.url;
  }
  const local = (port) => `http://127.0.0.1:${chosen[port]}`;
  return {
    ...process.env,
    NODE_ENV: "production",
    AUTH_SECRET: secrets.AUTH_SECRET, ENCRYPTION_KEYS: secrets.ENCRYPTION_KEYS, API_KEY_PEPPERS: secrets.API_KEY_PEPPERS, RECEIPT_SIGNING_KEYS: secrets.RECEIPT_SIGNING_KEYS,
    SPOOL_DIR: path.join(dataDir, "spool"), MAIL_DIR: path.join(dataDir, "mail"), SIMULATOR_URL: local("SIMULATOR_PORT"),
    PUBLIC_WEB_URL: `http://${webHost}:${chosen.WEB_PORT}`, AUTH_URL: `http://${webHost}:${chosen.WEB_PORT}`, PUBLIC_GATEWAY_URL: local("GATEWAY_PORT"),
    ...chosen, ...env, DATABASE_URL: databaseUrl,
  };
}
