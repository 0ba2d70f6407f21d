import Link from "next/link";
import { ModelName } from "@trunkline/ui";

/** Dollars per million tokens as decimal text. */
export interface PriceLine { readonly id: string; readonly inputUsd: string; readonly cacheReadUsd: string; readonly outputUsd: string; readonly contextTokens: number; readonly providers: readonly string[] }

const shortTokens = (tokens: number): string => (tokens >= 1_000_000 ? `${Number((tokens / 1_000_000).toFixed(1))}M` : `${Math.round(tokens / 1_000)}k`);

export function PriceTable({ lines, modelCount, href }: { lines: readonly PriceLine[]; modelCount: number; href: string }) {
  return (
    <section className="sec wrap" id="prices" aria-labelledby="prices-title">
      <h2 id="prices-title">Prices, straight from the catalogue</h2>
      <p className="lead2">US dollars for a million tokens, as the first provider named charges them.</p>
      <div className="card ptable">
        <table>
          <thead><tr><th scope="col">Model</th><th scope="col" className="r">Input</th><th scope="col" className="r desk">Cached</th><th scope="col" className="r">Output</th><th scope="col" className="r desk">Context</th><th scope="col" className="desk far">Providers</th></tr></thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.id}><th scope="row"><ModelName id={line.id} /></th><td className="r">${line.inputUsd}</td><td className="r muted desk">${line.cacheReadUsd}</td><td className="r">${line.outputUsd}</td><td className="r desk">{shortTokens(line.contextTokens)}</td><td className="muted desk far">{line.providers.join(", ")}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="more"><Link className="link" href={href}>All {modelCount} models and their providers</Link></p>
    </section>
  );
}
