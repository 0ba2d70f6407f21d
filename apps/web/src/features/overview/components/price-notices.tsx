"use client";
import Link from "next/link";
import { useQuery } from "@tanstack/react-query";
import { Money } from "@trunkline/ui";
import { useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

const SHOWN_MAX = 3;

/** What new prices mean for the presets, until somebody takes or dismisses it on the preset's own page. */
export function PriceNotices() {
  const trpc = useTRPC();
  const at = useProjectPath();
  const { data: notices = [] } = useQuery(trpc.presets.priceNotices.queryOptions(useScope()));
  if (notices.length === 0) return null;
  return (
    <section className="card prices" aria-labelledby="prices-title">
      <h2 id="prices-title">New prices</h2>
      <ul>
        {notices.slice(0, SHOWN_MAX).map(({ preset, models, changedShare, draftSavesUsd }) => (
          <li key={preset}>
            <Link className="link mono" href={at(`/presets/${preset}`)}>{preset}</Link>{" "}
            {draftSavesUsd === null ? `sends ${(changedShare * 100).toFixed(0)} % of its requests elsewhere by itself` : <>could save <Money usd={draftSavesUsd} /> a month</>}
            <span className="muted"> since {models.slice(0, SHOWN_MAX).join(", ")}{models.length > SHOWN_MAX ? ` and ${models.length - SHOWN_MAX} more` : ""} changed</span>
          </li>
        ))}
        {notices.length > SHOWN_MAX ? <li><Link className="link" href={at("/presets")}>{notices.length - SHOWN_MAX} more presets</Link></li> : null}
      </ul>
    </section>
  );
}
