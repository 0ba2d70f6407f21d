// The systems under test: ours naked and featured, nginx bare and featured, Portkey. Each lane: { port, path, headers, pids() , stop() }.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { freePort } from "../infra/scripts/postgres.mjs";
import { startProcess, waitForHttp } from "../infra/scripts/processes.mjs";
import { root, startStack } from "../infra/scripts/stack.mjs";

/** Core 0 carries the system under test; load, upstream, database and worker share core 1. */
export const onCore = (core, command, args) => (spawnSync("sh", ["-c", "command -v taskset"]).status === 0 ? ["taskset", ["-c", String(core), command, ...args]] : [command, args]);

const KEYS_OF_NGINX = 10_000;

/** Every process below `pid`, itself included. */
export function processTree(pid) {
  const pids = [pid];
  for (const name of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(fs.readFileSync(`/proc/${name}/stat`, "latin1").replace(/^.*\) /, "").split(" ")[1]);
      if (parent === pid) pids.push(...processTree(Number(name)));
    } catch {
      // it ended while we looked
    }
  }
  return pids;
}

/** User and system time of the processes, in microseconds. The kernel counts in ticks of 10 ms. */
export function cpuMicros(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /, "").split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10_000;
}

/** Whatever `pid` starts later inherits it. */
export const pin = (pid, core) => spawnSync("taskset", ["-acp", String(core), String(pid)], { stdio: "ignore" });

export async function startUpstream() {
  const [command, args] = onCore(1, process.execPath, [path.join(root, "bench/upstream.mjs")]);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((resolve) => child.stdout.once("data", resolve));
  return { port: JSON.parse(String(line)).port, stop: () => child.kill("SIGKILL") };
}

export async function startOurs({ dataDir, upstreamPort, say }) {
  const env = { OPENAI_API_KEY: "sk-bench", OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1` };
  const stack = await startStack({ dataDir, env, services: ["worker", "gateway"], onProgress: say });
  const made = JSON.parse(execFileSync(process.execPath, ["apps/web/dist/trunkline.mjs", "bootstrap", "--email", "bench@example.com", "--password", "Bench-run-horse-9", "--org", "Bench", "--json"], { cwd: root, env: stack.env, encoding: "utf8" }).trim().split("\n").at(-1));
  const pg = (await import("pg")).default;
  const client = new pg.Client({ connectionString: stack.env.DATABASE_URL });
  await client.connect();
  await client.query('UPDATE api_key SET "rpmLimit" = 100000000 WHERE "organizationId" = $1', [made.organizationId]);
  await client.query('UPDATE organization SET "rpmLimit" = 100000000 WHERE id = $1', [made.organizationId]);
  await client.query(`INSERT INTO budget (id, "organizationId", scope, "scopeId", name, period, "limitNanoUsd") VALUES ('bud_bench', $1, 'organization', $1, 'bench', 'monthly', 1000000000000000)`, [made.organizationId]);
  await client.end();
  await stack.services.get("gateway").stop();
  const gateway = await stack.start("gateway");
  pin(gateway.child.pid, 0);
  pin(stack.services.get("worker").child.pid, 1);
  const nakedPort = await freePort();
  const naked = startProcess({ name: "naked", args: ["--max-semi-space-size=64", "apps/gateway/dist/main.mjs"], cwd: root, env: { ...stack.env, GATEWAY_PORT: String(nakedPort), GATEWAY_LANE: "naked", SPOOL_DIR: path.join(dataDir, "spool-naked") } });
  await waitForHttp(`http://127.0.0.1:${nakedPort}/readyz`, 30_000);
  pin(naked.child.pid, 0);
  const headers = { authorization: `Bearer ${made.apiKey}` };
  return {
    featured: { port: Number(stack.env.GATEWAY_PORT), path: "/v1/chat/completions", headers, pids: () => processTree(gateway.child.pid) },
    naked: { port: nakedPort, path: "/v1/chat/completions", headers, pids: () => processTree(naked.child.pid) },
    stop: async () => { await naked.stop(); await stack.stop(); },
  };
}

const nginxConfig = ({ port, upstreamPort, dir, featured }) => `
worker_processes 1; daemon off; pid ${dir}/nginx.pid; error_log ${dir}/error.log warn;
events { worker_connections 4096; }
http {
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  upstream provider { server 127.0.0.1:${upstreamPort}; keepalive 256; keepalive_requests 1000000; }
  keepalive_requests 1000000; keepalive_timeout 600s;
  ${featured ? `map_hash_max_size 65536; map_hash_bucket_size 128; map $http_authorization $tenant { default ""; include ${dir}/keys.map; }
  limit_req_zone $tenant zone=tenant:16m rate=1000000r/s;
  log_format usage escape=json '{"tenant":"$tenant","status":$status,"bytes":$bytes_sent,"time":$request_time,"upstream":"$upstream_response_time"}';
  access_log ${dir}/access.log usage buffer=64k flush=1s;` : "access_log off;"}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      ${featured ? 'if ($tenant = "") { return 401; } limit_req zone=tenant burst=100000 nodelay;' : ""}
      proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_request_buffering off; client_max_body_size 32m;
    }
  }
}`;

export async function startNginx({ dir, upstreamPort, featured }) {
  fs.mkdirSync(dir, { recursive: true });
  const port = await freePort();
  if (featured) fs.writeFileSync(path.join(dir, "keys.map"), Array.from({ length: KEYS_OF_NGINX }, (_, i) => `"Bearer key-${i}" tenant-${i};`).join("\n"));
  fs.writeFileSync(path.join(dir, "nginx.conf"), nginxConfig({ port, upstreamPort, dir, featured }));
  const [command, args] = onCore(0, "nginx", ["-p", dir, "-c", path.join(dir, "nginx.conf")]);
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { port, path: "/v1/chat/completions", headers: { authorization: "Bearer key-77" }, pids: () => processTree(child.pid), stop: () => child.kill("SIGTERM") };
}

/** Installs the pinned Portkey beside the other data of the bench, once. */
function installPortkey(dir) {
  if (fs.existsSync(path.join(dir, "node_modules/@portkey-ai/gateway"))) return;
  fs.mkdirSync(dir, { recursive: true });
  fs.copyFileSync(path.join(root, "bench/portkey/package.json"), path.join(dir, "package.json"));
  const result = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd: dir, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`Portkey could not be installed: ${result.stderr.split("\n").slice(-4).join(" ")}`);
}

export async function startPortkey({ dir, upstreamPort }) {
  installPortkey(dir);
  const port = await freePort();
  const [command, args] = onCore(0, process.execPath, [path.join(dir, "node_modules/@portkey-ai/gateway/build/start-server.js"), `--port=${port}`, "--headless"]);
  const child = spawn(command, args, { stdio: "ignore", env: { ...process.env, NODE_ENV: "production" } });
  await waitForHttp(`http://127.0.0.1:${port}/`, 20_000);
  const headers = { authorization: "Bearer sk-bench", "x-portkey-provider": "openai", "x-portkey-custom-host": `http://127.0.0.1:${upstreamPort}/v1` };
  return { port, path: "/v1/chat/completions", headers, pids: () => processTree(child.pid), stop: () => child.kill("SIGKILL") };
}
