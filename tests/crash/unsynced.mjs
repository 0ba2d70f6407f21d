// `crash --unsynced`: a kill of the gateway takes with it what its spool had not synced, as a machine that loses power would. Decides which bytes
// those are and which losses the documented window excuses; amounts are left to the oracle, which excuses none that is too high.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** The spool syncs every second; the rest is the sync itself on a busy disk. */
const WINDOW_MS = 1_000 + 500;

const syncedFile = (dataDir) => path.join(dataDir, "synced.jsonl");

/** What the stack sees so that its gateway keeps the journal. */
export const unsyncedEnvironment = (dataDir) => ({
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${pathToFileURL(path.join(import.meta.dirname, "synced-sizes.mjs")).href}`.trim(),
  CRASH_SYNCED_FILE: syncedFile(dataDir),
});

/** Cuts every segment back to what was synced of it; returns the bytes that went. Call it between the kill and the next start. */
export function discardUnsynced(dataDir) {
  const journal = syncedFile(dataDir);
  const synced = new Map();
  for (const line of fs.existsSync(journal) ? fs.readFileSync(journal, "utf8").split("\n").filter((text) => text.endsWith("}")) : []) {
    const { name, size } = JSON.parse(line);
    synced.set(name, Math.max(size, synced.get(name) ?? 0));
  }
  const spool = path.join(dataDir, "spool");
  let discarded = 0;
  for (const name of fs.readdirSync(spool).filter((file) => file.endsWith(".spool"))) {
    const file = path.join(spool, name);
    const { size } = fs.statSync(file);
    const keep = Math.min(size, synced.get(name) ?? 0);
    discarded += size - keep;
    fs.truncateSync(file, keep);
  }
  return discarded;
}

/** True where a request ended so shortly before a kill of the gateway, or so shortly after, that the window covers it. */
export const inWindow = (seen, kills) => kills.some(({ service, atMs }) => service === "gateway" && seen.startedAtMs <= atMs && seen.endedAtMs >= atMs - WINDOW_MS);

/**
 * Takes out of the journal what the window excuses: answers in it without a row, and answers that were closed from their last synced mark at
 * no more than the caller was told. Everything else stays for the oracle. Returns the journal to judge and how many were excused.
 */
export async function excuseWindow({ client, organizationId, callers, kills }) {
  const { rows } = await client.query('SELECT id, "chargeNanoUsd", "usageBasis" FROM generation WHERE "organizationId" = $1', [organizationId]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const excused = (seen) => {
    if (!seen.requestId || !inWindow(seen, kills)) return false;
    const row = byId.get(seen.requestId);
    if (!row) return true;
    const told = seen.costUsd === null ? null : Math.round(seen.costUsd * 1e9);
    return row.usageBasis !== "reported" && (told === null || Number(row.chargeNanoUsd) <= told);
  };
  const judged = callers.filter((seen) => !excused(seen));
  return { judged, lostInWindow: callers.length - judged.length };
}
