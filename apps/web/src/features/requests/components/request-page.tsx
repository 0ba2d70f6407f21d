"use client";
import "./logs.css";
import Link from "next/link";
import { useParams } from "next/navigation";
import { lazy, Suspense } from "react";
import { Skeleton } from "@trunkline/ui";
import { useBook, useProjectPath } from "../../shell/use-scope.ts";

const RequestBody = lazy(async () => ({ default: (await import("./request-drawer.tsx")).RequestBody }));

/** One request under an address of its own: what the drawer beside the list shows, with room. */
export function RequestPage() {
  const { id } = useParams<{ id: string }>();
  const at = useProjectPath();
  const { book } = useBook();
  const request = decodeURIComponent(id);
  return (
    <div className="rp">
      <div className="head"><h1>Request<span className="sub"><code>{request}</code></span></h1><Link className="btn" href={at("/logs")}>All logs</Link></div>
      <div className="card drawer"><Suspense fallback={<div className="dsec" aria-busy="true"><Skeleton height={120} /><Skeleton height={240} /></div>}><RequestBody id={request} timeZone={book?.timeZone ?? "UTC"} /></Suspense></div>
    </div>
  );
}
