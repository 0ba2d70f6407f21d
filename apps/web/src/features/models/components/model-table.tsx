import { useState } from "react";
import Link from "next/link";
import { ChevronDown, ChevronRight } from "lucide-react";
import { CopyButton, ModelName, Money, dayOf } from "@trunkline/ui";
import type { ModelView } from "../../../server/views.ts";
import { useProjectPath } from "../../shell/use-scope.ts";
import { capabilitiesOf, tokensText } from "./model-filter.ts";

type Provider = ModelView["providers"][number];
const COLUMNS = 8;

/** The provider whose input and output together cost least; its prices stand for the model. */
function cheapest(providers: readonly Provider[]): Provider | undefined {
  const total = (one: Provider): number => Number(one.inputUsdPerMillion) + Number(one.outputUsdPerMillion);
  return providers.toSorted((a, b) => total(a) - total(b))[0];
}

interface Comparing { readonly compared: ReadonlySet<string>; readonly full: boolean; readonly onCompare: (id: string) => void }

export function ModelTable({ models, ...comparing }: Comparing & { models: readonly ModelView[] }) {
  return (
    <section className="twrap tablecards" tabIndex={0} aria-label="Models, table">
      <table>
        <thead>
          <tr><th scope="col">Model</th><th scope="col" className="r">Context</th><th scope="col" className="r">Input</th><th scope="col" className="r">Output</th><th scope="col" className="r">Cached</th><th scope="col">Capabilities</th><th scope="col" className="r">Providers</th><th scope="col">Tier</th></tr>
        </thead>
        <tbody>{models.map((model) => <ModelRow key={model.id} model={model} {...comparing} />)}</tbody>
      </table>
    </section>
  );
}

function ModelRow({ model, compared, full, onCompare }: Comparing & { model: ModelView }) {
  const isCompared = compared.has(model.id);
  const [open, setOpen] = useState(false);
  const price = cheapest(model.providers);
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <>
      <tr>
        <th scope="row"><button type="button" className="open" aria-expanded={open} onClick={() => setOpen(!open)}><Chevron className="ic s" aria-hidden /><ModelName id={model.id} /></button><span className="two">{model.name}<label className="cmp" title={full && !isCompared ? "Four are compared already" : undefined}><input type="checkbox" checked={isCompared} disabled={full && !isCompared} aria-label={`Compare ${model.id}`} onChange={() => onCompare(model.id)} />Compare</label></span></th>
        <td className="r" data-l="Context">{tokensText(model.contextTokens)}</td>
        <td className="r" data-l="Input">{price ? <Money usd={price.inputUsdPerMillion} /> : "–"}</td>
        <td className="r" data-l="Output">{price ? <Money usd={price.outputUsdPerMillion} /> : "–"}</td>
        <td className="r" data-l="Cached">{price ? <Money usd={price.cacheReadUsdPerMillion} /> : "–"}</td>
        <td className="wide"><span className="caps">{model.retires ? <span className="tag warn">ends {dayOf(model.retires.on)}</span> : null}{capabilitiesOf(model).map((one) => <span key={one} className="tag">{one}</span>)}</span></td>
        <td className="r" data-l="Providers">{model.providers.length}</td>
        <td><span className="tag">{model.tier}</span></td>
      </tr>
      {open ? <tr className="more"><td colSpan={COLUMNS}><ModelDetail model={model} /></td></tr> : null}
    </>
  );
}

function ModelDetail({ model }: { model: ModelView }) {
  const at = useProjectPath();
  return (
    <>
      <div className="row"><Link className="link" href={at(`/models/${model.id}`)}>Open model page</Link><code>{model.id}</code><CopyButton text={model.id} label="Copy id" /><span className="meta">up to {tokensText(model.maxOutputTokens)} output tokens</span></div>
      {model.description ? <p className="muted">{model.description}</p> : null}
      <table aria-label={`Providers of ${model.id}`}>
        <thead><tr><th scope="col">Provider</th><th scope="col">Name there</th><th scope="col" className="r">Input</th><th scope="col" className="r">Output</th><th scope="col" className="r">Cache read</th><th scope="col" className="r">Cache write</th><th scope="col" className="r">Requests, 24 h</th><th scope="col" className="r">Failed</th><th scope="col" className="r">First token</th></tr></thead>
        <tbody>{model.providers.map((one) => <ProviderRow key={`${one.provider}/${one.upstreamModel}`} provider={one} />)}</tbody>
      </table>
    </>
  );
}

function ProviderRow({ provider }: { provider: Provider }) {
  return (
    <tr>
      <th scope="row">{provider.provider}</th>
      <td><code style={{ overflowWrap: "anywhere" }}>{provider.upstreamModel}</code></td>
      <td className="r" data-l="Input"><Money usd={provider.inputUsdPerMillion} /></td>
      <td className="r" data-l="Output"><Money usd={provider.outputUsdPerMillion} /></td>
      <td className="r" data-l="Cache read"><Money usd={provider.cacheReadUsdPerMillion} /></td>
      <td className="r" data-l="Cache write"><Money usd={provider.cacheWriteUsdPerMillion} /></td>
      <td className="r" data-l="Requests, 24 h">{provider.requests24h.toLocaleString("en-US")}</td>
      <td className="r" data-l="Failed">{provider.failed24h.toLocaleString("en-US")}</td>
      <td className="r" data-l="First token">{provider.avgTtftMs === null ? "–" : `${provider.avgTtftMs.toLocaleString("en-US")} ms`}</td>
    </tr>
  );
}
