"use client";
import Link from "next/link";
import { Card, EmptyState, Status } from "@trunkline/ui";
import type { OverviewView, RequestListItem } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";

/** Where the caller's side can do something about it, the way there. */
const FIXES: Readonly<Record<string, { readonly label: string; readonly path: string }>> = {
  "tenant.rate_limited": { label: "Raise limit", path: "/keys" }, "tenant.budget_exceeded": { label: "Raise budget", path: "/limits" }, "tenant.model_not_allowed": { label: "Edit key", path: "/keys" },
  "caller.context_overflow": { label: "Add a rule", path: "/presets" }, "caller.model_not_found": { label: "See the models", path: "/models" },
};

/** Time of day, and the day unless it is today; in the reporting zone. */
function whenOf(at: string, timeZone: string): { readonly time: string; readonly day: string } {
  const day = (instant: Date): string => instant.toLocaleDateString("en-GB", { timeZone, day: "numeric", month: "short" });
  const instant = new Date(at);
  return { time: instant.toLocaleTimeString("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }), day: day(instant) === day(new Date()) ? "today" : day(instant) };
}

export function RecentFailures({ view: { recentFailures, mode, timeZone } }: { view: OverviewView }) {
  const at = useProjectPath();
  return (
    <Card className="fails" title="Recent failures" note="what the caller saw, and the fix" aside={<Link className="link meta" href={`${at("/logs")}?mode=${mode}&q=status:failed`}>All failures</Link>}>
      {recentFailures.length === 0 ? <EmptyState text={`No failed request in the ${mode} book. What a fallback rescued is not counted here.`} /> : (
        <section className="twrap" tabIndex={0} aria-label="Recent failures, table">
          <table>
            <thead><tr><th scope="col">Time</th><th scope="col">Error</th><th scope="col">What happened</th><th scope="col"><span className="sr">Fix</span></th></tr></thead>
            <tbody>{recentFailures.map((row) => <Failure key={row.id} row={row} mode={mode} timeZone={timeZone} />)}</tbody>
          </table>
        </section>
      )}
    </Card>
  );
}

function Failure({ row, mode, timeZone }: { row: RequestListItem; mode: string; timeZone: string }) {
  const at = useProjectPath();
  const { time, day } = whenOf(row.createdAt, timeZone);
  const fix = FIXES[row.errorCode ?? ""];
  return (
    <tr>
      <td className="num" title={`${row.createdAt} UTC`}>{time} <br /><span className="meta">{day}</span></td>
      <td><Status status={row.status} code={row.httpStatus} /> <code>{row.errorCode}</code><br /><span className="meta">key {row.keyName}</span></td>
      <td><Link href={`${at("/logs")}?mode=${mode}&id=${row.id}`}>{row.errorMessage ?? "The stream broke off after the answer had begun."}</Link></td>
      <td className="r">{fix ? <Link className="link" href={at(fix.path)}>{fix.label}</Link> : <Link className="link" href={`${at("/logs")}?mode=${mode}&id=${row.id}`}>Open log</Link>}</td>
    </tr>
  );
}
