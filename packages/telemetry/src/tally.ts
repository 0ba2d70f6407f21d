/**
 * Counters and histograms for the path of every request. prom-client hashes its labels on each observation, which costs more than
 * routing a request; here a label set is looked up by one text, and the Prometheus form is made when somebody asks for it.
 */

interface Definition<Label extends string> { readonly name: string; readonly help: string; readonly labelNames: readonly Label[] }
interface Sample { readonly value: number; readonly labels: Readonly<Record<string, string>>; /** Where it differs from the metric's own. */ readonly metricName?: string }
/** What a registry's serialiser reads (prom-client 15, `lib/registry.js`). */
interface Values { readonly name: string; readonly help: string; readonly type: "counter" | "histogram"; readonly aggregator: "sum"; readonly values: readonly Sample[] }

/** Between the labels of a set; no label holds it. */
const SEPARATOR = "\u0000";

/** What both kinds share: label sets by their joined text. The registry reads `name` and `get`. */
abstract class Tally<Label extends string, Cell> {
  readonly name: string;
  readonly #cells = new Map<string, Cell>();

  constructor(protected readonly definition: Definition<Label>, readonly type: Values["type"]) { this.name = definition.name; }

  /** `labels` in the order of `labelNames`. */
  protected cell(labels: string, create: () => Cell): Cell {
    let cell = this.#cells.get(labels);
    if (cell === undefined) this.#cells.set(labels, cell = create());
    return cell;
  }

  get(): Promise<Values> {
    const values: Sample[] = [];
    for (const [text, cell] of this.#cells) {
      const parts = text.split(SEPARATOR);
      this.write(cell, Object.fromEntries(this.definition.labelNames.map((name, index) => [name, parts[index] ?? ""])), values);
    }
    return Promise.resolve({ name: this.name, help: this.definition.help, type: this.type, aggregator: "sum", values });
  }

  reset(): void { this.#cells.clear(); }

  protected abstract write(cell: Cell, labels: Readonly<Record<string, string>>, into: Sample[]): void;
}

export class CounterTally<Label extends string> extends Tally<Label, { count: number }> {
  constructor(definition: Definition<Label>) { super(definition, "counter"); }

  inc(first: string, second: string): void { this.cell(`${first}${SEPARATOR}${second}`, () => ({ count: 0 })).count++; }

  protected write({ count }: { count: number }, labels: Readonly<Record<string, string>>, into: Sample[]): void {
    into.push({ value: count, labels });
  }
}

interface HistogramCell { readonly counts: number[]; sum: number; count: number }

export class HistogramTally<Label extends string> extends Tally<Label, HistogramCell> {
  /** `buckets` in seconds, ascending. */
  constructor(definition: Definition<Label>, readonly buckets: readonly number[]) { super(definition, "histogram"); }

  observe(label: string, seconds: number): void {
    const cell = this.cell(label, () => ({ counts: this.buckets.map(() => 0), sum: 0, count: 0 }));
    let index = 0;
    while (index < this.buckets.length && seconds > (this.buckets[index] ?? Infinity)) index++;
    if (index < this.buckets.length) cell.counts[index] = (cell.counts[index] ?? 0) + 1;
    cell.sum += seconds;
    cell.count++;
  }

  /** Buckets are cumulative in the Prometheus form (https://prometheus.io/docs/concepts/metric_types/#histogram). */
  protected write(cell: HistogramCell, labels: Readonly<Record<string, string>>, into: Sample[]): void {
    let below = 0;
    this.buckets.forEach((le, index) => into.push({ value: below += cell.counts[index] ?? 0, labels: { ...labels, le: String(le) }, metricName: `${this.name}_bucket` }));
    into.push({ value: cell.count, labels: { ...labels, le: "+Inf" }, metricName: `${this.name}_bucket` });
    into.push({ value: cell.sum, labels, metricName: `${this.name}_sum` }, { value: cell.count, labels, metricName: `${this.name}_count` });
  }
}
