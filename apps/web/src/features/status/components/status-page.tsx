import "./status.css";
import { CircleAlert, CircleCheck, CircleHelp, CircleX } from "lucide-react";
import { Ago, percent } from "@trunkline/ui";
import { PublicFrame } from "../../shell/components/public-frame.tsx";
import type { PartState, StatusDay, StatusIncident, StatusPart, StatusView } from "../status-view.ts";

const STATES = {
  up: { icon: CircleCheck, tone: "ok", label: "Operational" },
  degraded: { icon: CircleAlert, tone: "warn", label: "Degraded" },
  down: { icon: CircleX, tone: "err", label: "Down" },
  unknown: { icon: CircleHelp, tone: "muted", label: "Not measured" },
} as const;
/** A day is drawn as fine, shaken or broken from these shares of answered samples on. */
const FINE = 0.999;
const SHAKEN = 0.98;

/** Null: it is not known, because the samples cannot be read. */
export function StatusPage({ view }: { view: StatusView | null }) {
  if (view === null) return <PublicFrame here="/status"><h1>Status</h1><p className="overall err"><CircleX className="ic" aria-hidden />The samples cannot be read: the database does not answer. Requests are served from what the gateway knows.</p></PublicFrame>;
  const { components, providers, incidents } = view;
  return (
    <PublicFrame here="/status">
      <h1>Status</h1>
      <Overall components={components} at={view.at} />
      <Parts title="Trunkline" note="asked once a minute" parts={components} />
      {providers.length > 0 ? <Parts title="Providers" note="attempts of live requests of everybody; refused keys and requests do not count" parts={providers} />
        : <section className="card parts" aria-labelledby="providers"><header><h2 id="providers">Providers</h2></header><p className="muted note">No live request was made in the last 90 days. A provider appears with its first.</p></section>}
      <Incidents incidents={incidents} />
    </PublicFrame>
  );
}

function Overall({ components, at }: { components: readonly StatusPart[]; at: string }) {
  const worst = (["down", "degraded", "unknown", "up"] as const).find((state) => components.some((part) => part.state === state)) ?? "unknown";
  const text: Readonly<Record<PartState, string>> = { up: "Every part works.", degraded: "A part is degraded.", down: "A part is down.", unknown: "A part was not measured in the last half hour." };
  const { icon: Icon, tone } = STATES[worst];
  return <p className={`overall ${tone}`} role="status"><Icon className="ic" aria-hidden /><span>{text[worst]}</span><span className="meta">as of <Ago at={at} /></span></p>;
}

function Parts({ title, note, parts }: { title: string; note: string; parts: readonly StatusPart[] }) {
  return (
    <section className="card parts" aria-label={title}>
      <header><h2>{title}</h2><span className="meta desk">{note}</span></header>
      <ul>{parts.map((part) => <Part key={part.subject} part={part} />)}</ul>
    </section>
  );
}

function Part({ part }: { part: StatusPart }) {
  const { icon: Icon, tone, label } = STATES[part.state];
  return (
    <li>
      <h3>{part.label}<span className={`st ${tone}`}><Icon className="ic" aria-hidden />{label}</span></h3>
      <Days label={part.label} days={part.days} />
      <p className="meta"><span>90 days ago</span><span className="num">{part.uptime === null ? "no sample yet" : `${percentOf(part.uptime)} answered`}{part.errorShare ? `, ${percent(part.errorShare)} failing now` : ""}</span><span>today</span></p>
    </li>
  );
}

/** Rounded down: 99.99 % is not all of it. */
const percentOf = (share: number): string => `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
const toneOf = (uptime: number | null): string => (uptime === null ? "none" : uptime >= FINE ? "fine" : uptime >= SHAKEN ? "shaken" : "broken");

function Days({ label, days }: { label: string; days: readonly StatusDay[] }) {
  const measured = days.filter(({ uptime }) => uptime !== null);
  const shaken = measured.filter(({ uptime }) => toneOf(uptime) !== "fine");
  const summary = `${label}: measured on ${measured.length} of ${days.length} days${shaken.length > 0 ? `; not fine on ${shaken.map(({ day, uptime }) => `${day} (${percentOf(uptime ?? 0)})`).join(", ")}` : ""}`;
  return <div className="days" role="img" aria-label={summary}>{days.map(({ day, uptime }) => <i key={day} className={toneOf(uptime)} title={`${day}: ${uptime === null ? "not measured" : percentOf(uptime)}`} />)}</div>;
}

const moment = (iso: string): string => `${new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" })} UTC`;

function Incidents({ incidents }: { incidents: readonly StatusIncident[] }) {
  return (
    <section className="card parts" aria-labelledby="incidents">
      <header><h2 id="incidents">Incidents</h2><span className="meta desk">ten minutes and more in which half of the samples failed</span></header>
      {incidents.length === 0 ? <p className="muted note">None in the last 90 days.</p> : (
        <ul>{incidents.map((one) => <li key={`${one.subject} ${one.from}`} className="incident"><b>{one.label}</b><span className={one.to === null ? "err" : "muted"}>{one.to === null ? "going on" : "over"}</span><span className="num">{moment(one.from)} {one.to === null ? "" : `to ${moment(one.to)}`}</span><span className="muted num">{percent(one.failedShare)} failed</span></li>)}</ul>
      )}
    </section>
  );
}
