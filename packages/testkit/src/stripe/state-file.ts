// What outlives the stand-in's process: a snapshot, and beside it a journal of the meter events since. A kill at any moment loses nothing that was answered.
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createState } from "./state.ts";
import type { MeterEventRecord, Replay, State, StripeObject, WebhookTarget } from "./state.ts";

interface Saved {
  readonly instance: string;
  readonly sequence: number;
  readonly objects: readonly StripeObject[];
  readonly meterEvents: readonly MeterEventRecord[];
  readonly events: readonly StripeObject[];
  readonly webhooks: readonly WebhookTarget[];
  readonly replays: readonly (readonly [string, Replay])[];
  /** Which journal goes on from here; absent in a file from before there was one. */
  readonly journal?: number;
}

/** What one call about meter events left behind. */
interface Entry { readonly sequence: number; readonly meterEvents: readonly MeterEventRecord[]; readonly replays: readonly (readonly [string, Replay])[] }

/** The webhook given at start is not state: the next start may name another. */
const CONFIGURED_WEBHOOK = "we_standin";

/** Saves after every call that may have changed something; answers only leave afterwards. */
export class StateFile {
  #journal: number;
  /** How much of the state the files hold already. Meter events and replays are only ever added. */
  #savedEvents: number;
  #savedReplays: number;

  private constructor(readonly path: string, readonly state: State, journal: number) {
    this.#journal = journal;
    this.#savedEvents = state.meterEvents.length;
    this.#savedReplays = state.replays.size;
  }

  /** The state that was saved, or a new one when there is no file. Throws SyntaxError on a file that is not ours. */
  static open(path: string): StateFile {
    const state = createState();
    if (!existsSync(path)) return new StateFile(path, state, 0);
    const saved = JSON.parse(readFileSync(path, "utf8")) as Saved;
    const loaded: State = {
      ...state, instance: saved.instance, sequence: saved.sequence, objects: new Map(saved.objects.map((object) => [object.id, object])),
      meterEvents: [...saved.meterEvents], events: [...saved.events], webhooks: saved.webhooks.filter((target) => target.id !== CONFIGURED_WEBHOOK), replays: new Map(saved.replays),
    };
    const journal = saved.journal ?? 0;
    for (const entry of entriesOf(journalFile(path, journal))) take(loaded, entry);
    const file = new StateFile(path, loaded, journal);
    // A killed process may have left half a line, behind which nothing could be appended.
    file.save();
    return file;
  }

  /** Everything anew. Written beside and renamed, so that a kill leaves the old or the new file, each with the journal that it names. */
  save(): void {
    const { instance, sequence, objects, meterEvents, events, webhooks, replays } = this.state;
    const former = journalFile(this.path, this.#journal);
    this.#journal += 1;
    const saved: Saved = { instance, sequence, objects: [...objects.values()], meterEvents, events, webhooks, replays: [...replays], journal: this.#journal };
    writeFileSync(`${this.path}.new`, JSON.stringify(saved));
    renameSync(`${this.path}.new`, this.path);
    rmSync(former, { force: true });
    this.#mark();
  }

  /** Only what a call about meter events added: a long run has thousands, and the whole would be written with each. */
  append(): void {
    const entry: Entry = { sequence: this.state.sequence, meterEvents: this.state.meterEvents.slice(this.#savedEvents), replays: [...this.state.replays].slice(this.#savedReplays) };
    if (entry.meterEvents.length + entry.replays.length === 0) return;
    appendFileSync(journalFile(this.path, this.#journal), `${JSON.stringify(entry)}\n`);
    this.#mark();
  }

  #mark(): void {
    this.#savedEvents = this.state.meterEvents.length;
    this.#savedReplays = this.state.replays.size;
  }
}

const journalFile = (path: string, journal: number): string => `${path}.${journal}.log`;

/** The last line may be half a line: its call was never answered. */
function entriesOf(file: string): readonly Entry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line) as Entry);
}

function take(state: State, { sequence, meterEvents, replays }: Entry): void {
  state.sequence = sequence;
  state.meterEvents.push(...meterEvents);
  for (const [key, replay] of replays) state.replays.set(key, replay);
}
