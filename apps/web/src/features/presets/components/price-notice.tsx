"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, ErrorCard, Money } from "@trunkline/ui";
import { useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";

/** What new prices mean for this preset, with its proposal one click from a draft. Nothing where there is no notice. */
export function PriceNotice({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const scope = useScope();
  const queryClient = useQueryClient();
  const notices = useQuery(trpc.presets.priceNotices.queryOptions(scope));
  const gone = () => queryClient.invalidateQueries(trpc.presets.priceNotices.queryFilter());
  const take = useMutation(trpc.presets.takeNotice.mutationOptions({
    onSuccess: async (preset) => {
      queryClient.setQueryData(trpc.presets.get.queryKey({ ...scope, slug }), preset);
      await Promise.all([gone(), queryClient.invalidateQueries(trpc.presets.list.queryFilter())]);
    },
  }));
  const dismiss = useMutation(trpc.presets.dismissNotice.mutationOptions({ onSuccess: gone }));
  const notice = notices.data?.find((one) => one.preset === slug);
  if (!notice) return null;
  const busy = take.isPending || dismiss.isPending;
  const failed = take.error ?? dismiss.error;
  const follows = Number(notice.followedUsd);
  return (
    <section className="card pn" aria-labelledby="price-notice-title">
      <div className="grow">
        <h2 id="price-notice-title">Prices of {notice.models.join(", ")} changed</h2>
        {notice.changedShare > 0 ? <p>By itself the preset now sends {(notice.changedShare * 100).toFixed(0)} % of its requests elsewhere, which {follows < 0 ? "costs" : "saves"} <Money usd={String(Math.abs(follows))} /> a month{follows < 0 ? " more" : ""}.</p> : null}
        {notice.draftSavesUsd === null ? null : <p>{notice.moved.map(({ rule, model }) => `With ${model} first in “${rule}”`).join(", ")} it would save <Money usd={notice.draftSavesUsd} /> a month.</p>}
        <p className="muted">At your traffic of the last four weeks ({notice.requests.toLocaleString("en-US")} requests planned again), at the new prices.</p>
        {failed ? <ErrorCard message={failed.message} /> : null}
      </div>
      {notice.draftSavesUsd === null ? null : <Button variant="primary" disabled={busy} onClick={() => take.mutate({ ...scope, slug })}>Make it a draft</Button>}
      <Button variant="ghost" disabled={busy} onClick={() => dismiss.mutate({ ...scope, slug })}>Dismiss</Button>
    </section>
  );
}
