/** Geometry of the charts: pure, in pixels of the drawing. */

const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 10];

/** Round values from zero to at or just past `max`, `lines` steps at most. A chart of nothing still has an axis. */
export function ticksOf(max: number, lines: number): number[] {
  if (!(max > 0)) return [0, 1];
  const raw = max / lines;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = (STEPS.find((factor) => factor * power * lines >= max * (1 - 1e-9)) ?? 10) * power;
  const count = Math.ceil(max / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, line) => Number((line * step).toPrecision(12)));
}

/** Whether the label of slot `at` is drawn, so that labels of `labelWidth` do not touch; the last one always is. */
export function isLabelled(at: number, count: number, slotWidth: number, labelWidth: number): boolean {
  const every = Math.max(1, Math.ceil(labelWidth / Math.max(slotWidth, 1)));
  return (count - 1 - at) % every === 0;
}

const BAR_MAX = 40;
const BAR_MIN = 2;

/** Bars keep air between them, less of it where slots are narrow. */
export function barWidthOf(slotWidth: number): number {
  const air = slotWidth > 24 ? 10 : slotWidth > 12 ? 5 : slotWidth > 6 ? 2 : 1;
  return Math.min(BAR_MAX, Math.max(BAR_MIN, slotWidth - air));
}

export interface Segment { readonly index: number; readonly y: number; readonly height: number; readonly top: boolean }

const GAP = 1;
const SEGMENT_MIN = 0.6;

/** Segments of one bar from the baseline up, a pixel apart; every value above zero stays visible. `y` maps a value to pixels. */
export function segmentsOf(values: readonly number[], y: (value: number) => number): Segment[] {
  const live = values.map((value, index) => ({ value, index })).filter((one) => one.value > 0);
  let below = 0;
  return live.map(({ value, index }, position) => {
    const gap = position > 0 ? GAP : 0;
    const bottom = y(below) - gap;
    below += value;
    const height = Math.max(SEGMENT_MIN, bottom - y(below));
    return { index, y: bottom - height, height, top: position === live.length - 1 };
  });
}
