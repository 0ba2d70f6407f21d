"use client";
import "./models.css";
import Link from "next/link";
import { useParams } from "next/navigation";
import { useState, type ReactNode } from "react";
import { useQuery } from "@tanstack/react-query";
import { Card, CopyButton, count, duration, EmptyState, ErrorCard, Money, percent, Skeleton, dayOf } from "@trunkline/ui";
import type { ModelView, PerformanceGroup } from "../../../server/views.ts";
import { useBook, useProjectPath, useScope } from "../../shell/use-scope.ts";
import { useTRPC } from "../../trpc/provider.tsx";
import { REGION_NAMES } from "../../shell/region-names.ts";
import { CostCalculator } from "./cost-calculator.tsx";
import { capabilitiesOf, tokensText } from "./model-filter.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** One model: who serves it, at what price, and how it went for this project in the last day. */
export function ModelPage() {
  const { author, slug } = useParams<{ author: string; slug: string }>();
  const id = `${decodeURIComponent(author)}/${decodeURIComponent(slug)}`;
  const trpc = useTRPC();
  const at = useProjectPath();
  const model = useQuery(trpc.models.get.queryOptions({ ...useScope(), id }));
  if (model.isPending) return <><div className="head"><h1>{id}</h1></div><Skeleton height={320} /></>;
  if (model.isError) return <ErrorCard message={`The model could not be loaded. ${model.error.message}`} onRetry={() => void model.refetch()} />;
  if (model.data === null) return <><div className="head"><h1>{id}</h1></div><section className="card" aria-label="Model"><EmptyState text="No model of this name is in the catalogue." action={<Link className="btn" href={at("/models")}>All models</Link>} /></section></>;
  return <Shown model={model.data} />;
}

function Shown({ model }: { model: ModelView }) {
  const at = useProjectPath();
  return (
    <div className="mp">
      <div className="head"><h1>{model.name}<span className="sub"><code>{model.id}</code></span></h1><CopyButton text={model.id} label="Copy id" /><Link className="btn primary" href={`${at("/playground")}?${new URLSearchParams({ models: model.id }).toString()}`}>Try it</Link></div>
      {model.description ? <p className="muted about">{model.description}</p> : null}
      <p className="row facts"><span className="tag">{model.tier}</span><span className="tag">{tokensText(model.contextTokens)} context</span>{model.maxOutputTokens > 0 ? <span className="tag">{tokensText(model.maxOutputTokens)} output</span> : null}{capabilitiesOf(model).map((one) => <span key={one} className="tag">{one}</span>)}</p>
      {model.retires ? <p className="row"><span className="tag warn">Its maker ends it on {dayOf(model.retires.on)}</span><span className="meta">and recommends <Link className="link" href={at(`/models/${model.retires.instead}`)}>{model.retires.instead}</Link>; other hosts keep dates of their own.</span></p> : null}
      <Providers model={model} />
      {model.providers.length > 0 ? <CostCalculator model={model} /> : null}
      <Snippet id={model.id} />
    </div>
  );
}

function Providers({ model }: { model: ModelView }) {
  const trpc = useTRPC();
  const { mode } = useBook();
  const [to] = useState(() => Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS);
  const seen = useQuery(trpc.usage.performance.queryOptions({ ...useScope(), mode, from: new Date(to - DAY_MS).toISOString(), to: new Date(to).toISOString(), groupBy: "provider", model: model.id }));
  const byProvider = new Map(seen.data?.groups.map((group) => [group.key, group]));
  return (
    <Card title="Providers" note={`prices per million tokens; the rest as this project's ${mode} requests went in the last 24 hours`}>
      <div className="twrap tablecards" tabIndex={0} role="region" aria-label="Providers, table">
        <table>
          <thead><tr><th scope="col">Provider</th>{["Input", "Output", "Cache read", "Cache write", "Requests", "Uptime", "First token p50", "First token p95", "Tokens/s"].map((head) => <th key={head} scope="col" className="r">{head}</th>)}</tr></thead>
          <tbody>{model.providers.map((one) => <ProviderRow key={one.provider} provider={one} seen={byProvider.get(one.provider)} pending={seen.isPending} />)}</tbody>
        </table>
      </div>
      {seen.isError ? <div className="body"><ErrorCard message={seen.error.message} onRetry={() => void seen.refetch()} /></div> : null}
    </Card>
  );
}

/** By the provider's published terms; where none says so, nothing is promised. */
const dataText = ({ trains, retains, region }: ModelView["providers"][number]): string => `${trains ? "Data: no published promise" : retains ? "Data: no training, may be kept" : "Data: no training, not kept"}${region === null ? "" : `, processed in ${REGION_NAMES[region]}`}`;

/** While the figures are on their way nothing stands in for them: a zero would be a claim. */
function ProviderRow({ provider, seen, pending }: { provider: ModelView["providers"][number]; seen: PerformanceGroup | undefined; pending: boolean }) {
  const measured = (text: string): ReactNode => (pending ? <span className="inline-skeleton"><Skeleton height={12} width={40} /></span> : text);
  const ms = (value: number | null | undefined): string => (value === null || value === undefined ? "–" : duration(value));
  return (
    <tr>
      <th scope="row">{provider.provider}<span className="two">{provider.upstreamModel}</span><span className="two">{dataText(provider)}</span></th>
      <td className="r" data-l="Input"><Money usd={provider.inputUsdPerMillion} /></td><td className="r" data-l="Output"><Money usd={provider.outputUsdPerMillion} /></td>
      <td className="r" data-l="Cache read"><Money usd={provider.cacheReadUsdPerMillion} /></td><td className="r" data-l="Cache write"><Money usd={provider.cacheWriteUsdPerMillion} /></td>
      <td className="r" data-l="Requests">{measured(count(seen?.requests ?? 0))}</td><td className="r" data-l="Uptime">{measured(seen ? percent(1 - seen.failed / seen.requests) : "–")}</td>
      <td className="r" data-l="First token p50">{measured(ms(seen?.ttftP50))}</td><td className="r" data-l="First token p95">{measured(ms(seen?.ttftP95))}</td>
      <td className="r" data-l="Tokens/s">{measured(seen?.speedP50 ? count(Math.round(seen.speedP50)) : "–")}</td>
    </tr>
  );
}

function Snippet({ id }: { id: string }) {
  const trpc = useTRPC();
  const me = useQuery(trpc.viewer.me.queryOptions());
  const code = `curl ${me.data?.gatewayUrl.replace(/\/+$/, "") ?? ""}/v1/chat/completions \\
  -H "Authorization: Bearer $TRUNKLINE_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{ "model": "${id}", "messages": [{ "role": "user", "content": "Say hello in five words." }] }'`;
  return <Card title="Call it" aside={<CopyButton text={code} />}><pre className="call" tabIndex={0} aria-label="Call it, code">{code}</pre></Card>;
}
