import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, type Metric, type MetricValueWithName, Registry } from 'prom-client';
import { Counter, Histogram } from './histogram.js';

/** A closed set of values only: names of commands, codes of errors. Never an id, a name or an address. */
export type Labels = Record<string, string>;

type Sample = MetricValueWithName<string>;

/** All series of one name. */
interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  series: Map<string, () => Promise<Sample[]>>;
}

/** Default metrics that walk over every open handle: with 100,000 sockets a scrape would block the event loop. */
const WALKING = [
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
];

let ofProcess: Registry | null = null;

/** CPU, memory, garbage collection and the event loop's lag: of the process, however many apps it runs. */
function processMetrics(): Registry {
  if (ofProcess) return ofProcess;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  for (const name of WALKING) ofProcess.removeSingleMetric(name);
  return ofProcess;
}

/**
 * The metrics of this node. A feature creates its metrics once, with their labels, and keeps them: counting on the path
 * of a message is one addition, and the Prometheus text is built at each scrape.
 */
@Injectable()
export class Metrics {
  private readonly families = new Map<string, Family>();
  private readonly registry = new Registry();

  /** The `Content-Type` of `text`. */
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  counter(name: string, help: string, labels: Labels = {}): Counter {
    const counter = new Counter();
    this.add('counter', name, help, labels, async () => [{ metricName: name, labels, value: counter.value }]);
    return counter;
  }

  /** `bounds` are the greatest values of the buckets, ascending; the same for all series of one name. */
  histogram(name: string, help: string, bounds: readonly number[], labels: Labels = {}): Histogram {
    const histogram = new Histogram(bounds);
    this.add('histogram', name, help, labels, async () => {
      const { buckets, sum, count } = histogram.read();
      return [
        ...buckets.map(({ le, count: value }) => ({
          metricName: `${name}_bucket`,
          labels: { ...labels, le },
          value,
        })),
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return histogram;
  }

  /** `read` is called at each scrape. */
  gauge(name: string, help: string, read: () => number | Promise<number>, labels: Labels = {}): void {
    this.add('gauge', name, help, labels, async () => [{ metricName: name, labels, value: await read() }]);
  }

  /** The present values of a metric of this node, one for each of its series; of a histogram its buckets (label `le`). */
  async read(name: string): Promise<{ labels: Labels; value: number }[]> {
    const family = this.families.get(name);
    if (!family) throw new Error(`There is no metric ${name}`);
    const own = family.type === 'histogram' ? `${name}_bucket` : name;
    const samples = (await Promise.all([...family.series.values()].map((read) => read()))).flat();
    return samples
      .filter(({ metricName }) => metricName === own)
      .map(({ labels, value }) => ({ labels: labels as Labels, value }));
  }

  /** Everything, in Prometheus's text format. */
  async text(): Promise<string> {
    const [own, process] = await Promise.all([this.registry.metrics(), processMetrics().metrics()]);
    return `${own}\n${process}`;
  }

  private add(
    type: Family['type'],
    name: string,
    help: string,
    labels: Labels,
    read: () => Promise<Sample[]>,
  ): void {
    const family = this.families.get(name) ?? this.createFamily(type, name, help);
    const key = JSON.stringify(labels);
    if (family.type !== type || family.series.has(key))
      throw new Error(`The metric ${name} ${key} exists already: create it once`);
    family.series.set(key, read);
  }

  private createFamily(type: Family['type'], name: string, help: string): Family {
    const family: Family = { name, help, type, series: new Map() };
    this.families.set(name, family);
    // A registry calls only `get()` of its metrics: ours are read where they are counted.
    const metric = {
      name,
      get: async () => ({
        name,
        help,
        type,
        aggregator: 'sum',
        values: (await Promise.all([...family.series.values()].map((read) => read()))).flat(),
      }),
    };
    this.registry.registerMetric(metric as unknown as Metric);
    return family;
  }
}
