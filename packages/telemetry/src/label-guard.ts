/**
 * Bounds the values of one metric label: the first `max` different values keep their names, all later ones are counted as `other`.
 * Labels are fed by catalogues and configuration, which grow; a time series per value must not grow without end.
 */
export class LabelGuard {
  readonly #known = new Set<string>();
  constructor(readonly max: number) {}

  bound(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= this.max) return "other";
    this.#known.add(value);
    return value;
  }
}
