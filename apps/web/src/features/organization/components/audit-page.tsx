"use client";
import "./organization.css";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Ago, Button, EmptyState, ErrorCard, Skeleton } from "@trunkline/ui";
import type { AuditView } from "../../../server/views.ts";
import { useRole } from "../../shell/use-role.ts";
import { useChoice, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const AREAS = ["all", "key", "preset", "budget", "credential", "member", "project", "organization"] as const;
type Area = (typeof AREAS)[number];
const LABELS: Readonly<Record<Area, string>> = { all: "Everything", key: "Keys", preset: "Presets", budget: "Budgets", credential: "Provider keys", member: "Members", project: "Projects", organization: "Organization" };
const SKELETON_ROWS = 8;

/** `key.create` reads "key create": the words of the log, not of a manual. */
const wordsOf = (action: string): string => action.replaceAll(/[._]/g, " ");

export function AuditPage() {
  const { role, may } = useRole();
  const [area, setArea] = useChoice<Area>("area", AREAS, "all");
  return (
    <div className="om">
      <div className="head"><h1>Audit log<span className="sub">Every change, in the transaction that made it. Nobody can alter or delete an entry.</span></h1><label className="row pickarea">Show<select className="select" value={area} onChange={(event) => setArea(event.target.value as Area)}>{AREAS.map((one) => <option key={one} value={one}>{LABELS[one]}</option>)}</select></label></div>
      {role === null ? <Skeleton height={320} /> : may("organization.manage") ? <Entries area={area} /> : <p className="says">You are {role} here. The audit log is open to owners and admins.</p>}
    </div>
  );
}

function Entries({ area }: { area: Area }) {
  const trpc = useTRPC();
  const pages = useInfiniteQuery(trpc.organization.audit.infiniteQueryOptions({ ...useScope(), area: area === "all" ? null : area }, { getNextPageParam: (page) => page.nextCursor }));
  if (pages.isPending) return <section className="card" aria-label="Entries are loading" aria-busy="true"><div className="body" style={{ display: "grid", gap: 12, paddingTop: 16 }}>{Array.from({ length: SKELETON_ROWS }, (_, row) => <Skeleton key={row} height={28} />)}</div></section>;
  if (pages.isError) return <ErrorCard message={`The audit log could not be read. ${pages.error.message}`} onRetry={() => void pages.refetch()} />;
  const entries = pages.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) return <section className="card" aria-label="Audit log"><EmptyState text="Nothing of this kind has been changed yet." /></section>;
  return (
    <section className="card" aria-label="Audit log">
      <EntryTable entries={entries} />
      {pages.hasNextPage ? <div className="olderbar"><Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>Show older</Button></div> : null}
    </section>
  );
}

function EntryTable({ entries }: { entries: AuditView["entries"] }) {
  return (
    <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Audit log, table">
      <table>
        <thead><tr><th scope="col">What</th><th scope="col">On</th><th scope="col">Who</th><th scope="col">From</th><th scope="col">When</th></tr></thead>
        <tbody>{entries.map(({ id, action, subject, actor, address, at }) => (
          <tr key={id}>
            <th scope="row"><span className="tag">{wordsOf(action)}</span></th>
            <td className="wraps">{subject}</td>
            <td className="wraps" data-l="Who">{actor}</td>
            <td data-l="From">{address ?? <span className="muted">not known</span>}</td>
            <td data-l="When"><Ago at={at} /></td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}
