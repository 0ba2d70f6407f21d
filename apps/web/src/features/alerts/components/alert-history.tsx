import { CircleCheck, CircleX, Clock, FlaskConical, TriangleAlert } from "lucide-react";
import { Ago, EmptyState } from "@trunkline/ui";
import type { AlertEventView } from "../../../server/views.ts";
import { kindLabel } from "./alert-words.ts";

type Delivery = AlertEventView["deliveries"][number];
const DELIVERIES = { sent: { icon: CircleCheck, tone: "ok", label: "Told" }, pending: { icon: Clock, tone: "muted", label: "On its way to" }, failed: { icon: CircleX, tone: "err", label: "Could not tell" } } as const;

/** What was found, when it ended, and whom it reached. */
export function AlertHistory({ events }: { events: readonly AlertEventView[] }) {
  if (events.length === 0) return <EmptyState text="Nothing has been found yet. A test shows whether a message would arrive." />;
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="History, table">
      <table>
        <thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">State</th><th scope="col">Delivery</th></tr></thead>
        <tbody>
          {events.map((event) => (
            <tr key={event.id}>
              <th scope="row"><Ago at={event.firedAt} /><span className="two">{event.ruleName}</span></th>
              <td className="what">{event.summary}<span className="two">{kindLabel(event.kind)}</span></td>
              <td><EventState event={event} /></td>
              <td>{event.deliveries.map((one) => <DeliveryLine key={`${one.channel} ${one.target}`} delivery={one} />)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function EventState({ event }: { event: AlertEventView }) {
  if (event.test) return <span className="st acc"><FlaskConical className="ic" aria-hidden />Test</span>;
  return event.resolvedAt ? <span className="st muted"><CircleCheck className="ic" aria-hidden />Ended <Ago at={event.resolvedAt} /></span> : <span className="st err"><TriangleAlert className="ic" aria-hidden />Open</span>;
}

function DeliveryLine({ delivery: { state, target, attempts, lastError } }: { delivery: Delivery }) {
  const { icon: Icon, tone, label } = DELIVERIES[state];
  return <><span className={`st ${tone}`}><Icon className="ic" aria-hidden />{label}</span><span className="two">{target}{lastError ? `: ${lastError} (try ${attempts})` : ""}</span></>;
}
