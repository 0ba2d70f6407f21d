import fs from "node:fs";
import path from "node:path";

const LOCK = "owner";

/**
 * One gateway a spool folder: a second one would take the first one's live streams for dead ones and bill them. The owner is known by process
 * id and start time, because ids are used again. Throws an Error that says what to do.
 */
export function lockFolder(dir: string): void {
  const file = path.join(dir, LOCK);
  const owner = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "";
  const [pid = "", startTime = ""] = owner.split(" ");
  if (pid !== "" && Number(pid) !== process.pid && isAlive(Number(pid)) && startTimeOf(Number(pid)) === startTime) {
    throw new Error(`SPOOL_DIR ${dir} is in use by process ${pid}: give each gateway a folder of its own`);
  }
  fs.writeFileSync(file, `${process.pid} ${startTimeOf(process.pid)}\n`);
}

export function unlockFolder(dir: string): void {
  fs.rmSync(path.join(dir, LOCK), { force: true });
}

function isAlive(pid: number): boolean {
  try { process.kill(pid, 0); return true; } catch (error) { return error instanceof Error && "code" in error && error.code === "EPERM"; }
}

/** Field 22 of /proc/<pid>/stat; empty where there is no /proc. */
function startTimeOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
