"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { Ago, Button, Card, EmptyState, ErrorCard, ModelName, Money, Skeleton, Status } from "@trunkline/ui";
import type { RequestListItem } from "../../../server/views.ts";
import { useBook, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { RequestDetail } from "./request-detail.tsx";

const REFRESH_MS = 5_000;
const STATUSES = ["ok", "rescued", "failed", "partial", "cancelled"] as const;

export function LogsPage() {
  const trpc = useTRPC();
  const scope = useScope();
  const { mode } = useBook();
  const [status, setStatus] = useState<(typeof STATUSES)[number] | "">("");
  const [search, setSearch] = useState("");
  const open = useSearchParams().get("id");
  const pathname = usePathname();
  const router = useRouter();
  const requests = useInfiniteQuery({ ...trpc.requests.list.infiniteQueryOptions({ ...scope, mode, ...(status ? { status } : {}), ...(search ? { search } : {}) }, { getNextPageParam: (page) => page.nextCursor ?? undefined }), refetchInterval: REFRESH_MS });
  const items = requests.data?.pages.flatMap((page) => page.items) ?? [];
  const show = (id: string | null): void => router.push(`${pathname}?mode=${mode}${id ? `&id=${id}` : ""}`);
  return (
    <>
      <div className="head"><h1>Logs</h1></div>
      <div className="row" style={{ marginBottom: 16 }}>
        <label className="row meta">Status <select className="select" value={status} onChange={(event) => setStatus(event.target.value as typeof status)}><option value="">All</option>{STATUSES.map((one) => <option key={one} value={one}>{one}</option>)}</select></label>
        <label className="field" style={{ flex: "1 1 200px", maxWidth: 360 }}><span className="sr">Search</span><input style={{ border: 0, background: "transparent", width: "100%" }} placeholder="Request id or model" value={search} onChange={(event) => setSearch(event.target.value)} /></label>
      </div>
      {requests.isPending ? <Skeleton height={320} /> : requests.isError ? <ErrorCard message={`The log could not be read: ${requests.error.message}`} onRetry={() => void requests.refetch()} /> : items.length === 0 ? <Card title="No requests"><EmptyState text={`No ${mode} request matches. Calls show up here within a second or two.`} /></Card> : <Table items={items} onOpen={show} />}
      {requests.hasNextPage ? <p style={{ marginTop: 16 }}><Button onClick={() => void requests.fetchNextPage()}>Load more</Button></p> : null}
      <RequestDetail id={open} onClose={() => show(null)} />
    </>
  );
}

function Table({ items, onOpen }: { items: readonly RequestListItem[]; onOpen: (id: string) => void }) {
  return (
    <div className="card"><section className="twrap tablecards" tabIndex={0} aria-label="Requests, table">
      <table>
        <thead><tr><th>Time</th><th>Status</th><th>Model</th><th>Provider</th><th>Key</th><th className="r">First token</th><th className="r">Duration</th><th className="r">Tokens</th><th className="r">Cost</th></tr></thead>
        <tbody>{items.map((row) => (
          <tr key={row.id}>
            <td><button type="button" className="link" onClick={() => onOpen(row.id)} aria-label={`Open ${row.id}`}><Ago at={row.createdAt} /></button></td>
            <td><Status status={row.status} code={row.httpStatus} />{row.attempts > 1 ? <span className="tag" style={{ marginLeft: 6 }}>{row.attempts} attempts</span> : null}</td>
            <td><ModelName id={row.model ?? row.requestedModel} /></td>
            <td>{row.provider ?? "–"}</td>
            <td>{row.keyName}</td>
            <td className="r">{row.timeToFirstTokenMs === null ? "–" : `${row.timeToFirstTokenMs} ms`}</td>
            <td className="r">{row.durationMs} ms</td>
            <td className="r">{(row.inputTokens + row.cacheReadTokens + row.cacheWriteTokens).toLocaleString("en-US")} → {(row.outputTokens + row.reasoningTokens).toLocaleString("en-US")}</td>
            <td className="r"><Money usd={row.costUsd} /></td>
          </tr>
        ))}</tbody>
      </table>
    </section></div>
  );
}
