import { colourOf, swatchOf, type Geometry, type Toned } from "./chart-frame.tsx";

/** The width that the style sheet gives `.tip`, with air. */
const TIP_WIDTH = 224;

interface Props { readonly geometry: Geometry; readonly at: number; readonly title: string; readonly series: readonly Toned[]; readonly format: (value: number) => string; readonly total: boolean; readonly foot: string | null }

/** What the hovered slot holds: largest first, "Other" last, the total on top. */
export function ChartTip({ geometry, at, title, series, format, total, foot }: Props) {
  const rows = series.flatMap((one) => { const value = one.values[at]; return value === null || value === undefined || (total && value === 0) ? [] : [{ one, value }]; })
    .sort((a, b) => Number(a.one.tone === "other") - Number(b.one.tone === "other") || b.value - a.value);
  const right = geometry.x(at) + geometry.slot + 8;
  const left = right + TIP_WIDTH > geometry.width ? Math.max(0, geometry.x(at) - TIP_WIDTH) : right;
  return (
    <div className="tip" style={{ top: geometry.top, left }} aria-hidden>
      <p className="tt"><span>{title}</span>{total ? <span className="num">{format(rows.reduce((sum, row) => sum + row.value, 0))}</span> : null}</p>
      <ul>{rows.map(({ one, value }) => <li key={one.key}><span className={one.dashed ? "ln dash" : swatchOf(one.tone)} style={one.dashed ? { borderColor: colourOf(one.tone) } : undefined} /><span className="nm">{one.label}</span><span>{format(value)}</span></li>)}</ul>
      {rows.length === 0 ? <p className="muted">Nothing</p> : null}
      {foot === null ? null : <p className="meta tf">{foot}</p>}
    </div>
  );
}
