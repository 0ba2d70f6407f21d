import { colourOf, type Tone } from "./chart-frame.tsx";

const WIDTH = 100;
const HEIGHT = 28;
/** Room for the stroke at the top and for the dot at the end. */
const INSET = 3;
/** Where the line does not begin at zero, a fifth of its lowest value lies under it. */
const FLOOR = 0.8;

/** A line without axes beside a figure that says the number. `fromZero` for counts of which none is the ordinary case. */
export function Sparkline({ values, tone, fromZero = false }: { values: readonly (number | null)[]; tone?: Tone; fromZero?: boolean }) {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ at, value }]));
  const last = known.at(-1);
  if (!last || known.length < 2) return <div className="spark" aria-hidden />;
  const top = Math.max(...known.map((one) => one.value));
  const floor = fromZero ? 0 : Math.min(...known.map((one) => one.value)) * FLOOR;
  const x = (at: number): number => (WIDTH * at) / (values.length - 1);
  const y = (value: number): number => INSET + (HEIGHT - INSET - 2) * (1 - (value - floor) / (top - floor || 1));
  const line = known.map((one, index) => `${index ? "L" : "M"}${x(one.at).toFixed(2)},${y(one.value).toFixed(2)}`).join("");
  const colour = tone === undefined ? "var(--accent)" : colourOf(tone);
  return (
    <div className="spark" aria-hidden>
      <svg width="100%" height="100%" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        <path d={`${line}L${x(last.at).toFixed(2)},${HEIGHT}L${x(known[0]?.at ?? 0).toFixed(2)},${HEIGHT}Z`} fill={colour} fillOpacity=".08" />
        <path d={line} fill="none" stroke={colour} strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" vectorEffect="non-scaling-stroke" />
      </svg>
      <i style={{ left: `${x(last.at)}%`, top: `${(y(last.value) / HEIGHT) * 100}%`, background: colour }} />
    </div>
  );
}
