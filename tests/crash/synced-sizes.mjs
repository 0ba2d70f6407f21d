// Loaded into the gateway before its own code (`node --import`) by `crash --unsynced`: notes beside the spool how many bytes of each segment
// the gateway has had synced, and since when, so that a kill can be followed by the loss of all others. Decides nothing; the sync itself is the real one.
import fs from "node:fs";
import path from "node:path";

const journal = process.env.CRASH_SYNCED_FILE;
const { fdatasync } = fs;

fs.fdatasync = (fd, done) => {
  // What is written while the sync runs is not promised by it.
  const beganAtMs = Date.now();
  const { size } = fs.fstatSync(fd);
  const name = path.basename(fs.readlinkSync(`/proc/self/fd/${fd}`));
  fdatasync(fd, (error) => {
    if (!error && journal) fs.appendFileSync(journal, `${JSON.stringify({ name, size, beganAtMs, endedAtMs: Date.now() })}\n`);
    done(error);
  });
};
