"use client";
import "./alerts.css";
import { lazy } from "react";
import { useSearchParams } from "next/navigation";
import { CircleCheck, CircleSlash, Clock, Plus, TriangleAlert } from "lucide-react";
import { Ago, Button, Card, Deferred, EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import type { AlertRuleView } from "../../../server/views.ts";
import { useSetParams } from "../../shell/use-scope.ts";
import { AlertHistory } from "./alert-history.tsx";
import { conditionText, kindLabel } from "./alert-words.ts";
import { useAlerts } from "./use-alerts.ts";

const CreateAlertDialog = lazy(async () => ({ default: (await import("./create-alert-dialog.tsx")).CreateAlertDialog }));

const SKELETON_ROWS = 4;

export function AlertsPage() {
  const actions = useAlerts();
  const { alerts } = actions;
  const creating = useSearchParams().has("create");
  const setParams = useSetParams();
  const setCreating = (on: boolean): void => setParams({ create: on ? "1" : null });
  const mayManage = alerts.data?.mayManage === true;
  const create = mayManage ? <Button variant="primary" onClick={() => setCreating(true)}><Plus className="ic s" aria-hidden />Create alert</Button> : null;
  return (
    <>
      <div className="head"><h1>Alerts</h1>{create}</div>
      <p className="al-note">Each rule is looked at once a minute over the live book of the whole organization. It speaks once when something begins, and again only after that has ended.</p>
      {alerts.isPending ? <section className="card" aria-label="Alerts are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={36} />)}</div></section> : null}
      {alerts.isError ? <ErrorCard message={`The alerts could not be loaded. ${alerts.error.message}`} onRetry={() => void alerts.refetch()} /> : null}
      {alerts.data ? <Card title="Rules" className="al">{alerts.data.rules.length === 0 ? <EmptyState text="Hear by mail or webhook when a budget fills, requests fail, or a provider key stops working." action={create} /> : <RuleTable rules={alerts.data.rules} mayManage={mayManage} actions={actions} />}</Card> : null}
      {alerts.data && (alerts.data.rules.length > 0 || alerts.data.history.length > 0) ? <Card title="History" className="al"><AlertHistory events={alerts.data.history} /></Card> : null}
      <Deferred wanted={creating && mayManage}><CreateAlertDialog open={creating && mayManage} onClose={() => { if (creating) setCreating(false); }} /></Deferred>
    </>
  );
}

interface RuleTableProps { readonly rules: readonly AlertRuleView[]; readonly mayManage: boolean; readonly actions: ReturnType<typeof useAlerts> }

function RuleTable({ rules, mayManage, actions }: RuleTableProps) {
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="Rules, table">
      <table>
        <thead><tr><th scope="col">Name</th><th scope="col">Watches</th><th scope="col">Tells</th><th scope="col">State</th><th scope="col"><span className="sr">Actions</span></th></tr></thead>
        <tbody>{rules.map((rule) => <RuleRow key={rule.id} rule={rule} mayManage={mayManage} actions={actions} />)}</tbody>
      </table>
    </section>
  );
}

function RuleRow({ rule, mayManage, actions }: Omit<RuleTableProps, "rules"> & { readonly rule: AlertRuleView }) {
  const removing = actions.removing.has(rule.id);
  return (
    <tr className={rule.enabled ? "" : "off"}>
      <th scope="row"><span className="nm">{rule.name}</span><span className="two">created <Ago at={rule.createdAt} /></span></th>
      <td><span className="tag">{kindLabel(rule.kind)}</span><span className="two">{conditionText(rule)}</span></td>
      <td>{rule.emails.join(", ")}{rule.webhookUrl ? <span className="two">{rule.webhookUrl}</span> : null}</td>
      <td><State rule={rule} removing={removing} /></td>
      <td className="r">
        {mayManage && !removing ? (
          <div className="acts">
            <Button size="sm" variant="ghost" aria-label={`Send a test of ${rule.name}`} onClick={() => actions.sendTest(rule)}>Send test</Button>
            {rule.enabled ? <Snooze rule={rule} onSnooze={actions.snooze} /> : null}
            <Button size="sm" variant="ghost" aria-label={`Turn ${rule.name} ${rule.enabled ? "off" : "on"}`} onClick={() => actions.setEnabled(rule, !rule.enabled)}>{rule.enabled ? "Turn off" : "Turn on"}</Button>
            <Button size="sm" variant="ghost" aria-label={`Remove ${rule.name}`} onClick={() => actions.remove(rule)}>Remove</Button>
          </div>
        ) : null}
      </td>
    </tr>
  );
}

const HOUR_MS = 3_600_000;
const SNOOZES = [{ hours: 1, label: "1 hour" }, { hours: 8, label: "8 hours" }, { hours: 24, label: "1 day" }, { hours: 168, label: "1 week" }];
const isSnoozed = ({ snoozedUntil }: AlertRuleView): boolean => snoozedUntil !== null && Date.parse(snoozedUntil) > Date.now();

function Snooze({ rule, onSnooze }: { rule: AlertRuleView; onSnooze: (rule: AlertRuleView, until: string | null) => void }) {
  if (isSnoozed(rule)) return <Button size="sm" variant="ghost" aria-label={`End the snooze of ${rule.name}`} onClick={() => onSnooze(rule, null)}>End snooze</Button>;
  return (
    <select className="select sm" aria-label={`Snooze ${rule.name}`} value="" onChange={(event) => onSnooze(rule, new Date(Date.now() + Number(event.target.value) * HOUR_MS).toISOString())}>
      <option value="" disabled>Snooze</option>{SNOOZES.map(({ hours, label }) => <option key={hours} value={hours}>{label}</option>)}
    </select>
  );
}

function State({ rule, removing }: { rule: AlertRuleView; removing: boolean }) {
  if (removing) return <span className="st warn"><Clock className="ic" aria-hidden />Removing</span>;
  if (!rule.enabled) return <span className="st muted"><CircleSlash className="ic" aria-hidden />Off</span>;
  if (rule.snoozedUntil !== null && isSnoozed(rule)) return <span className="st muted"><Clock className="ic" aria-hidden />Snoozed until <time dateTime={rule.snoozedUntil} suppressHydrationWarning>{new Date(rule.snoozedUntil).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })}</time></span>;
  return rule.firing > 0 ? <span className="st err"><TriangleAlert className="ic" aria-hidden />{rule.firing} open</span> : <span className="st ok"><CircleCheck className="ic" aria-hidden />Quiet</span>;
}
