"use client";
import { BadgeCheck, Download, TriangleAlert } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "@trunkline/ui";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** The request's signed receipt: whether it holds, its place in the chain, and the file that proves it elsewhere. */
export function ReceiptSection({ id }: { id: string }) {
  const trpc = useTRPC();
  const receipt = useQuery(trpc.requests.receipt.queryOptions({ ...useScope(), id }));
  const view = receipt.data;
  return (
    <section className="dsec" id="log-receipt" aria-label="Receipt">
      <header><h3>Receipt</h3>{view ? (view.fault === null ? <span className="tag ok"><BadgeCheck className="ic s" aria-hidden />Verified</span> : <span className="tag err"><TriangleAlert className="ic s" aria-hidden />Does not hold</span>) : null}</header>
      {receipt.isPending ? <Skeleton height={48} /> : view ? (
        <>
          {view.fault === null ? null : <p className="said">{view.fault}</p>}
          <dl className="facts"><div><dt>Number</dt><dd className="num">{view.sequence}</dd></div><div><dt>Key</dt><dd><code>{view.keyId}</code></dd></div><div><dt>Hash</dt><dd><code>{view.hash}</code></dd></div></dl>
          <a className="btn sm" download={`receipt-${id}.json`} href={`data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(view.file))}`}><Download className="ic s" aria-hidden />Download receipt</a>
        </>
      ) : <p className="muted">{receipt.isError ? receipt.error.message : "Not signed yet: a receipt follows its request by about a second, where receipts are switched on."}</p>}
    </section>
  );
}
