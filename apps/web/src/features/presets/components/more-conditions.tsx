import { useState } from "react";
import { Field } from "@trunkline/ui";
import { WEEKDAYS, type PresetCondition } from "@trunkline/contracts";
import { setCondition } from "./document-edits.ts";
import { listText, pairsText, parseList, parsePairs } from "./simulated-request.ts";

interface Props { when: PresetCondition; onChange: (when: PresetCondition) => void }

/** A list or pairs as one line of text: what is typed stays as typed, what it means goes into the document. */
function LineField({ label, text, placeholder, hint, onText }: { label: string; text: string; placeholder: string; hint?: string; onText: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  return <Field label={label} value={typed} placeholder={placeholder} {...(hint ? { hint } : {})} onChange={(event) => { setTyped(event.target.value); onText(event.target.value); }} />;
}

/** Who calls. */
export function CallerConditions({ when, onChange }: Props) {
  const list = (name: "keys" | "projects" | "endUsers" | "userPlan") => (text: string): void => onChange(setCondition(when, name, parseList(text)));
  return (
    <>
      <LineField label="API keys" text={listText(when.keys)} placeholder="key_…, key_…" hint="Ids; any of them matches." onText={list("keys")} />
      <LineField label="Projects" text={listText(when.projects)} placeholder="prj_…" onText={list("projects")} />
      <LineField label="End users" text={listText(when.endUsers)} placeholder="ann, bob" onText={list("endUsers")} />
      <LineField label="Plan of the end user" text={listText(when.userPlan)} placeholder="gold, team" hint="As kept under End users’ plans; any of them matches." onText={list("userPlan")} />
      <LineField label="Headers" text={pairsText(when.headers)} placeholder="x-plan=gold" hint="Names in small letters." onText={(text) => onChange(setCondition(when, "headers", parsePairs(text)))} />
    </>
  );
}

const number = (text: string): number | undefined => (text === "" ? undefined : Number(text));

/** When, how many, how much is spent, and what a model costs. */
export function StateConditions({ when, onChange }: Props) {
  const { bucket, price } = when;
  return (
    <>
      <TimeWindow when={when} onChange={onChange} />
      <Field label="Share of requests, %" type="number" min={0} max={100} value={bucket?.percent ?? ""} hint="Whoever is drawn stays." onChange={(event) => { const percent = number(event.target.value); onChange(setCondition(when, "bucket", percent === undefined ? undefined : { percent, by: bucket?.by ?? "session" })); }} />
      {bucket ? <div className="control"><label>Drawn by <select value={bucket.by} onChange={(event) => onChange(setCondition(when, "bucket", { ...bucket, by: event.target.value as "session" | "user" | "request" }))}><option value="session">Session</option><option value="user">End user</option><option value="request">Request</option></select></label></div> : null}
      <Field label="Budget used, at least %" type="number" min={0} max={100} value={when.budgetUsedPercentMin ?? ""} onChange={(event) => onChange(setCondition(when, "budgetUsedPercentMin", number(event.target.value)))} />
      <Field label="Price of model" value={price?.model ?? ""} placeholder="author/model" onChange={(event) => onChange(setCondition(when, "price", event.target.value === "" ? undefined : { ...price, model: event.target.value }))} />
      {price ? <Field label="Its input price, at most (USD per million)" type="number" min={0} step="any" value={price.inputUsdPerMillionMax ?? ""} onChange={(event) => { const { inputUsdPerMillionMax: _old, ...rest } = price; const most = number(event.target.value); onChange(setCondition(when, "price", most === undefined ? rest : { ...rest, inputUsdPerMillionMax: most })); }} /> : null}
    </>
  );
}

const WHOLE_DAY = { from: "00:00", to: "00:00", zone: "UTC" };

function TimeWindow({ when, onChange }: Props) {
  const { time } = when;
  const set = (change: Partial<NonNullable<PresetCondition["time"]>>): void => onChange(setCondition(when, "time", { ...WHOLE_DAY, ...time, ...change }));
  return (
    <fieldset className="control wide">
      <legend>Time window</legend>
      <div className="checks"><label><input type="checkbox" checked={time !== undefined} onChange={(event) => (event.target.checked ? set({}) : onChange(setCondition(when, "time", undefined)))} />Only at certain times</label></div>
      {time ? (
        <>
          <div className="checks">{WEEKDAYS.map((day) => <label key={day}><input type="checkbox" checked={time.days?.includes(day) ?? true} onChange={(event) => { const days = WEEKDAYS.filter((one) => (one === day ? event.target.checked : time.days?.includes(one) ?? true)); if (days.length > 0) set({ days }); }} />{day}</label>)}</div>
          <div className="row" style={{ alignItems: "end" }}>
            <Field label="From" type="time" value={time.from} onChange={(event) => set({ from: event.target.value })} />
            <Field label="To" type="time" value={time.to} onChange={(event) => set({ to: event.target.value })} />
            <Field label="Time zone" value={time.zone} placeholder="Europe/Berlin" onChange={(event) => set({ zone: event.target.value })} />
          </div>
        </>
      ) : null}
    </fieldset>
  );
}
