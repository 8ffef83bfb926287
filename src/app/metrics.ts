import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import { describeSettings } from '../config/index.js';
import { DISCONNECT } from '../core/errors.js';
import type { Meter, Timing } from '../core/meter.js';
import type { Figure, LiveFigures } from './live-figures.js';
import { factsOf, METRICS, type MetricFacts } from './metric-table.js';
import { TimingFamily } from './timing-family.js';

type Labels = Readonly<Record<string, string>>;

const LIMITS = new Set(describeSettings().map(({ path }) => path));

/** Codes of the server, and those that the specification gives to peers. [RFC 6455 §7.4.1] */
const CLOSE_CODES: ReadonlySet<string> = new Set([
  ...Object.values(DISCONNECT).map(({ code }) => String(code)),
  ...['1000', '1001', '1002', '1003', '1005', '1006', '1007', '1008', '1009', '1010', '1011', '1012', '1013'],
]);

/** Handlers name limits of their own and peers close with codes of their own, but a label comes from a closed set. */
const CLOSED_SETS: Readonly<Record<string, (labels: Labels) => Labels>> = {
  signalbox_limits_reached_total: ({ limit = '' }) => ({ limit: LIMITS.has(limit) ? limit : 'other' }),
  signalbox_disconnects_total: ({ code = '' }) => ({ code: CLOSE_CODES.has(code) ? code : 'other' }),
};

/** Milliseconds between two looks at the event loop, which its delays contain. */
const LOOP_PRECISION = 20;

/** The metrics of one server in the Prometheus text format. Those of the table are all there from the start. */
export class Metrics implements Meter {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #timings = new Map<string, TimingFamily>();
  #routes: (() => ReadonlySet<string>) | undefined;

  constructor() {
    // An idle process wakes for each look at its loop.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: LOOP_PRECISION });
    for (const [name, facts] of tableRows()) {
      if (facts.type === 'histogram') this.#family(name);
      else if (facts.figure === undefined) begin(this.#counter(name, facts.labels ?? []), facts);
    }
  }

  count(name: string, labels: Labels = {}): void {
    const known = CLOSED_SETS[name]?.(labels) ?? labels;
    this.#counter(name, Object.keys(known)).inc(known);
  }

  timing(name: string, labels: Labels = {}): Timing {
    return this.#family(name).of(labels);
  }

  /** Publishes figures that are read once for each scrape. */
  watch(read: () => LiveFigures): void {
    const figures = onceATurn(read);
    for (const [name, { figure, ...facts }] of tableRows()) {
      if (figure !== undefined) this.#read(name, facts, () => figures()[figure]);
    }
  }

  /** Of routes that are not served any more nothing is told. */
  watchRoutes(read: () => ReadonlySet<string>): void {
    this.#routes = read;
  }

  text(): Promise<string> {
    const served = this.#routes?.();
    const isServed = ({ route }: Labels) => route === undefined || served?.has(route) !== false;
    for (const family of this.#timings.values()) family.keep(isServed);
    return this.#registry.metrics();
  }

  #counter(name: string, labelNames: readonly string[]): Counter {
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const help = factsOf(name)?.help ?? name;
    const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [this.#registry] });
    this.#counters.set(name, counter);
    return counter;
  }

  #family(name: string): TimingFamily {
    const known = this.#timings.get(name);
    if (known !== undefined) return known;
    const family = new TimingFamily(name, factsOf(name)?.help ?? name);
    this.#registry.registerMetric(family as unknown as Metric);
    this.#timings.set(name, family);
    return family;
  }

  #read(name: string, { type, help, labels = [] }: Omit<MetricFacts, 'figure'>, value: () => Figure): void {
    const shape = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === 'gauge')
      new Gauge({
        ...shape,
        collect() {
          this.reset();
          each(value(), (amount, by) => this.set(by, amount));
        },
      });
    else
      new Counter({
        ...shape,
        collect() {
          this.reset();
          each(value(), (amount, by) => this.inc(by, amount));
        },
      });
  }
}

/** Prometheus sees no increase in a series that begins with 1. */
function begin(counter: Counter, { labels = [], values = {} }: MetricFacts): void {
  if (labels.length === 0 || !labels.every((label) => values[label] !== undefined)) return;
  const combinations = labels.reduce<readonly Labels[]>(
    (before, label) =>
      before.flatMap((known) => (values[label] ?? []).map((value) => ({ ...known, [label]: value }))),
    [{}],
  );
  for (const combination of combinations) counter.inc(combination, 0);
}

function tableRows(): readonly [string, MetricFacts][] {
  return Object.entries(METRICS);
}

function each(figure: Figure, write: (value: number, labels: Labels) => void): void {
  if (typeof figure === 'number') write(figure, {});
  else for (const { value, labels } of figure) write(value, labels);
}

/** All that is asked for in one turn of the loop is read together. */
function onceATurn<T extends object>(read: () => T): () => T {
  let known: T | undefined;
  return () => {
    if (known === undefined) queueMicrotask(() => (known = undefined));
    return (known ??= read());
  };
}
