"use client";
import Link from "next/link";
import { useQuery } from "@tanstack/react-query";
import { Money } from "@trunkline/ui";
import { useTRPC } from "../../trpc/provider.tsx";
import { useProjectPath, useScope } from "../use-scope.ts";

/** The credit changes with every call, the providers with the weather: a minute old is new enough. */
const STANDING_FRESH_MS = 60_000;

/** Whether providers have failures now, and the credit that is left where calls are prepaid. Nothing while neither is known. */
export function Standing() {
  const trpc = useTRPC();
  const at = useProjectPath();
  const { data } = useQuery(trpc.viewer.standing.queryOptions(useScope(), { staleTime: STANDING_FRESH_MS, refetchInterval: STANDING_FRESH_MS }));
  if (!data) return null;
  const { credit, troubled } = data;
  const says = troubled.length === 0 ? "No provider has failures now" : `Failures now at ${troubled.join(", ")}`;
  return (
    <>
      <a className="btn icon ghost desk" href="/status" aria-label={`${says}: status page`} title={says}><span className={`dot ${troubled.length > 0 ? "warn" : ""}`} aria-hidden /></a>
      {credit ? <Link className={`pill num ${credit.low ? "warn" : ""}`} href={at("/billing")} title={credit.low ? "Little credit is left: top up under Billing" : "Credit left"}><span className="sr">Credit left{credit.low ? ", low" : ""}: </span><Money usd={credit.balanceUsd} /></Link> : null}
    </>
  );
}
