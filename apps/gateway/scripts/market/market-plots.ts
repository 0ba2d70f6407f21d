/** The market's pictures: plain SVG that reads on light and dark pages and changes with nothing but its numbers. */
const WIDTH = 720;
const HEIGHT = 260;
const LEFT = 56;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 40;
const STYLE = `<style>text{font:12px system-ui,sans-serif;fill:#52525b}.title{font-weight:600;fill:#18181b}.grid{stroke:#e4e4e7}.a{stroke:#2563eb;fill:#2563eb}.b{stroke:#dc2626;fill:#dc2626}.line{fill:none;stroke-width:1.5}text.a,text.b{stroke:none}@media (prefers-color-scheme:dark){text{fill:#a1a1aa}.title{fill:#fafafa}.grid{stroke:#3f3f46}.a{stroke:#60a5fa;fill:#60a5fa}.b{stroke:#f87171;fill:#f87171}.line{fill:none}}</style>`;

interface Scale { readonly min: number; readonly max: number; readonly isLog?: boolean; readonly ticks: readonly number[]; readonly text: (value: number) => string }
export interface Plot { readonly title: string; readonly x: Scale; readonly y: Scale; readonly marks: readonly string[] }

const rounded = (value: number): string => String(Math.round(value * 10) / 10);
const share = ({ min, max, isLog }: Scale, value: number): number => {
  const of = isLog ? Math.log : (given: number): number => given;
  return (of(Math.min(max, Math.max(min, value))) - of(min)) / (of(max) - of(min));
};
const atX = (scale: Scale, value: number): string => rounded(LEFT + share(scale, value) * (WIDTH - LEFT - RIGHT));
const atY = (scale: Scale, value: number): string => rounded(HEIGHT - BOTTOM - share(scale, value) * (HEIGHT - TOP - BOTTOM));

function draw({ title, x, y, marks }: Plot): string {
  const rows = y.ticks.map((tick) => `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${atY(y, tick)}" y2="${atY(y, tick)}"/><text x="${LEFT - 8}" y="${atY(y, tick)}" text-anchor="end" dominant-baseline="middle">${y.text(tick)}</text>`);
  const columns = x.ticks.map((tick) => `<text x="${atX(x, tick)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${x.text(tick)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${title}</title>${STYLE}<text class="title" x="${LEFT}" y="20">${title}</text>\n${[...rows, ...columns, ...marks].join("\n")}\n</svg>\n`;
}

const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** Share served over the day: one provider alone against a preset. */
export function servedPlot(single: { readonly name: string; readonly servedBySlice: readonly number[] }, preset: typeof single): string {
  const x: Scale = { min: 0, max: 24, ticks: [0, 6, 12, 18, 24], text: (hour) => `${hour}:00` };
  const y: Scale = { min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1], text: percent };
  const line = ({ servedBySlice }: typeof single, kind: string): string => `<polyline class="line ${kind}" points="${servedBySlice.map((value, index) => `${atX(x, (index + 0.5) / servedBySlice.length * 24)},${atY(y, value)}`).join(" ")}"/>`;
  const legend = (text: string, kind: string, at: number): string => `<text class="${kind}" x="${WIDTH - RIGHT}" y="${at}" text-anchor="end">${text}</text>`;
  return draw({ title: "Served, by quarter of an hour", x, y, marks: [line(single, "b"), line(preset, "a"), legend(preset.name, "a", 16), legend(single.name, "b", 32)] });
}

export interface PlottedPreset { readonly name: string; readonly costUsd: number; readonly taskSuccess: number; readonly ttftMsP50: number; readonly ttftMsP95: number; readonly isBaseline: boolean }

/** What a day costs against how often the work is done. */
export function costPlot(presets: readonly PlottedPreset[]): string {
  const x: Scale = { min: 1, max: 1_000, isLog: true, ticks: [1, 10, 100, 1_000], text: (usd) => `$${usd}` };
  const y: Scale = { min: 0.9, max: 0.98, ticks: [0.9, 0.92, 0.94, 0.96, 0.98], text: percent };
  const marks = presets.map(({ name, costUsd, taskSuccess, isBaseline }, index) => {
    const kind = isBaseline ? "b" : "a";
    // Neighbours write above and below their points in turn.
    return `<circle class="${kind}" cx="${atX(x, costUsd)}" cy="${atY(y, taskSuccess)}" r="4"/><text class="${kind}" x="${atX(x, costUsd)}" y="${Number(atY(y, taskSuccess)) + (index % 2 === 0 ? -9 : 18)}" text-anchor="middle">${name}</text>`;
  });
  return draw({ title: "Work done against the cost of the day (USD, logarithmic)", x, y, marks });
}

/** Median to 95th percentile of the time to the first token. */
export function firstTokenPlot(presets: readonly PlottedPreset[]): string {
  const x: Scale = { min: 100, max: 20_000, isLog: true, ticks: [100, 300, 1_000, 3_000, 10_000], text: (ms) => ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s` };
  const y: Scale = { min: 0, max: presets.length, ticks: [], text: String };
  const marks = presets.map(({ name, ttftMsP50, ttftMsP95, isBaseline }, index) => {
    const [kind, row] = [isBaseline ? "b" : "a", atY(y, presets.length - index - 0.5)];
    return `<line class="${kind}" stroke-width="6" x1="${atX(x, ttftMsP50)}" x2="${atX(x, ttftMsP95)}" y1="${row}" y2="${row}"/><text x="${WIDTH - RIGHT}" y="${row}" text-anchor="end" dominant-baseline="middle">${name}</text>`;
  });
  return draw({ title: "Time to the first token, median to 95th percentile (logarithmic)", x, y, marks });
}
