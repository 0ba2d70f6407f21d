"use client";
import "./logs.css";
import { lazy, Suspense } from "react";
import { useSearchParams } from "next/navigation";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, ErrorCard, Skeleton } from "@trunkline/ui";
import type { BookMode } from "../../../server/views.ts";
import { useBook, useScope, useSetParams } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { SavedViewsLater } from "../../shell/components/saved-views-later.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { isEmpty, parseFilter, writeFilter, type LogFilter } from "./log-filter.ts";
import { ExportLinks } from "./export-links.tsx";
import { columnsFrom, columnsText } from "./log-columns.ts";
import { LogTable } from "./log-table.tsx";
import { useLogKeys } from "./use-log-keys.ts";

const ColumnMenu = lazy(async () => ({ default: (await import("./column-menu.tsx")).ColumnMenu }));
const NoRequests = lazy(async () => ({ default: (await import("./no-requests.tsx")).NoRequests }));
const OutcomeStrip = lazy(async () => ({ default: (await import("./outcome-strip.tsx")).OutcomeStrip }));
const RequestDrawer = lazy(async () => ({ default: (await import("./request-drawer.tsx")).RequestDrawer }));
/** As tall as the strip, so that its coming moves nothing. */
const STRIP_HEIGHT = 108;
const DAY_MS = 86_400_000;
const Time = ({ at, timeZone }: { at: Date; timeZone: string }) => <time dateTime={at.toISOString()}>{new Intl.DateTimeFormat("en-US", { dateStyle: "medium", timeZone }).format(at)}</time>;

/** Key names become ids; a name that no key has matches nothing. */
function useRows(filter: LogFilter, mode: BookMode, ready: boolean) {
  const trpc = useTRPC();
  const scope = useScope();
  const keys = useQuery(trpc.keys.list.queryOptions(scope));
  const { status, model, provider, key } = filter.tokens;
  const keyId = key === undefined ? undefined : (keys.data?.find((one) => one.name === key || one.id === key)?.id ?? key);
  const search = filter.search === "" ? undefined : filter.search;
  const asked = { ...scope, mode, status, model, provider, keyId, search };
  const rows = useInfiniteQuery({ ...trpc.requests.list.infiniteQueryOptions(asked, { getNextPageParam: (page) => page.nextCursor ?? undefined }), enabled: ready && (key === undefined || keys.data !== undefined) });
  return { rows, asked, keyNames: [...new Set((keys.data ?? []).map((one) => one.name))] };
}

export function LogsPage() {
  const params = useSearchParams();
  const setParams = useSetParams();
  const { mode, ready, book } = useBook();
  const openId = params.get("id");
  const filter = parseFilter(params.get("q") ?? "");
  const setFilter = (next: LogFilter): void => setParams({ q: writeFilter(next) || null });
  const { rows, asked, keyNames } = useRows(filter, mode, ready);
  const items = rows.data?.pages.flatMap((page) => page.items) ?? [];
  const timeZone = book?.timeZone ?? "UTC";
  const open = (id: string): void => setParams({ id }, openId === null ? "push" : "replace");
  const close = (): void => setParams({ id: null });
  const { cursor, previous, next } = useLogKeys({ ids: items.map((row) => row.id), openId, open, close });
  const shown = columnsFrom(params.get("cols"));
  const names = (of: (row: (typeof items)[number]) => string | null): string[] => [...new Set(items.flatMap((row) => of(row) ?? []))];
  return (
    <div className={`logs ${openId === null ? "" : "split"}`}>
      <div className="list">
        <div className="head"><h1>Logs</h1><SavedViewsLater page="logs" />{items.length > 0 ? <><Suspense fallback={<span className="cols-gap desk" />}><ColumnMenu shown={shown} onChange={(next) => setParams({ cols: columnsText(next) })} /></Suspense><ExportLinks asked={asked} /></> : null}<span className="tag lg plain" title="New requests appear as they are stored"><span className="dot" aria-hidden />Live</span></div>
        <FilterBar filter={filter} onChange={setFilter} known={{ model: names((row) => row.model), provider: names((row) => row.provider), key: keyNames }} />
        <Suspense fallback={<div className="strip"><Skeleton height={STRIP_HEIGHT} /></div>}><OutcomeStrip mode={mode} ready={ready} /></Suspense>
        {rows.isError ? <ErrorCard message={`The log could not be read: ${rows.error.message}`} onRetry={() => void rows.refetch()} /> : null}
        {rows.isPending && !rows.isError ? <div className="grid" aria-busy="true"><Skeleton height={36} /><Skeleton height={36} /><Skeleton height={36} /></div> : null}
        {rows.data && items.length === 0 ? <Suspense><NoRequests mode={mode} filtered={!isEmpty(filter)} onClear={() => setParams({ q: null })} /></Suspense> : null}
        {items.length > 0 ? <LogTable rows={items} shown={shown} timeZone={timeZone} cursor={cursor} openId={openId} onOpen={open} /> : null}
        {rows.data?.pages[0]?.keptDays ? <p className="meta">Requests are kept {rows.data.pages[0].keptDays} days, by your plan: now back to <Time at={new Date(Date.now() - rows.data.pages[0].keptDays * DAY_MS)} timeZone={timeZone} />. Sums and the ledger stay.</p> : null}
        {rows.hasNextPage ? <p className="more"><Button disabled={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>Show older</Button></p> : null}
      </div>
      {openId === null ? null : <Suspense fallback={<aside className="drawer" aria-busy="true" aria-label={`Request ${openId}`} />}><RequestDrawer id={openId} timeZone={timeZone} onClose={close} onPrevious={previous} onNext={next} /></Suspense>}
    </div>
  );
}
