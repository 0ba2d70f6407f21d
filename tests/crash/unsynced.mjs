// `crash --unsynced`: a kill of the gateway takes with it what its spool had not synced, as a machine that loses power would. Decides which bytes
// those are and which losses the documented window excuses; amounts are left to the oracle, which excuses none that is too high.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** The spool syncs every second; to that comes the sync itself, which a busy disk draws out, and what a busy machine delays the timer by. */
const SYNC_MS = 1_000;
const TIMER_LATE_MS_MAX = 1_000;

const syncedFile = (dataDir) => path.join(dataDir, "synced.jsonl");

/** What the stack sees so that its gateway keeps the journal. */
export const unsyncedEnvironment = (dataDir) => ({
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --import=${pathToFileURL(path.join(import.meta.dirname, "synced-sizes.mjs")).href}`.trim(),
  CRASH_SYNCED_FILE: syncedFile(dataDir),
});

/**
 * Cuts every segment back to what was synced of it. Returns the bytes that went, since when they were written (what was there when the last finished
 * sync began is safe), and how long the longest sync took. Call it between the kill and the next start.
 */
export function discardUnsynced(dataDir) {
  const journal = syncedFile(dataDir);
  const syncs = (fs.existsSync(journal) ? fs.readFileSync(journal, "utf8").split("\n") : []).filter((text) => text.endsWith("}")).map((text) => JSON.parse(text));
  const synced = new Map();
  for (const { name, size } of syncs) synced.set(name, Math.max(size, synced.get(name) ?? 0));
  const spool = path.join(dataDir, "spool");
  let bytes = 0;
  for (const name of fs.readdirSync(spool).filter((file) => file.endsWith(".spool"))) {
    const file = path.join(spool, name);
    const { size } = fs.statSync(file);
    const keep = Math.min(size, synced.get(name) ?? 0);
    bytes += size - keep;
    fs.truncateSync(file, keep);
  }
  return { bytes, sinceMs: Math.max(0, ...syncs.map(({ beganAtMs }) => beganAtMs)), syncMsMax: Math.max(0, ...syncs.map(({ beganAtMs, endedAtMs }) => endedAtMs - beganAtMs)) };
}

/** The kills that may have taken what was written down of a call: they struck after it began, and nothing was synced since it ended. */
const takers = (seen, kills) => kills.filter(({ unsynced, atMs }) => unsynced && seen.startedAtMs <= atMs && seen.endedAtMs >= unsynced.sinceMs);
export const inWindow = (seen, kills) => takers(seen, kills).length > 0;

/**
 * Takes out of the journal what the window excuses: answers in it without a row, and answers that were closed from their last synced mark at
 * no more than the caller was told. Everything else stays for the oracle. Returns the journal to judge, how many were excused, and in the shape of
 * `judge` whether one of them was older than the window that is promised.
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
  const lost = callers.filter(excused);
  // The first of them took it: what one left, the next start wrote down anew.
  const windowMs = Math.max(0, ...lost.map((seen) => Math.min(...takers(seen, kills).map(({ atMs }) => atMs - seen.endedAtMs))));
  const promisedMs = SYNC_MS + TIMER_LATE_MS_MAX + Math.max(0, ...kills.map(({ unsynced }) => unsynced?.syncMsMax ?? 0));
  const late = windowMs > promisedMs ? [`wrong: what ended ${windowMs} ms before a kill was not synced, promised are ${promisedMs}`] : [];
  return { judged: callers.filter((seen) => !lost.includes(seen)), facts: { lostInWindow: lost.length, windowMs }, verdict: { lost: 0, doubled: 0, wrong: late.length, notes: late } };
}
