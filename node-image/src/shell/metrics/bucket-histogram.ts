import type { Metric, Registry } from 'prom-client';

/** A classic Prometheus histogram without labels whose `observe` costs a few comparisons. */
export interface BucketHistogram {
  /** @param value in the metric's unit, seconds */
  observe(value: number): void;
}

interface Sample {
  readonly metricName: string;
  readonly labels: Record<string, string | number>;
  readonly value: number;
}

/**
 * prom-client's own histogram looks its labels up at every observation, which at tens of thousands
 * a second is a measurable share of a node.
 * @param options.buckets upper bounds, ascending; +Inf is added
 */
export function registerBucketHistogram(
  registry: Registry,
  options: { readonly name: string; readonly help: string; readonly buckets: readonly number[] },
): BucketHistogram {
  const { name, help, buckets } = options;
  const counts = new Array<number>(buckets.length + 1).fill(0);
  let sum = 0;
  const metric = {
    name,
    help,
    async get() {
      const values: Sample[] = [];
      let cumulative = 0;
      counts.forEach((count, i) => {
        cumulative += count;
        const le = buckets[i] ?? '+Inf';
        values.push({ metricName: `${name}_bucket`, labels: { le }, value: cumulative });
      });
      values.push({ metricName: `${name}_sum`, labels: {}, value: sum });
      values.push({ metricName: `${name}_count`, labels: {}, value: cumulative });
      return { name, help, type: 'histogram', values, aggregator: 'sum' };
    },
  };
  // The registry only asks for `name` and `get`; its types want one of prom-client's own classes.
  registry.registerMetric(metric as unknown as Metric);
  return {
    observe(value) {
      let i = 0;
      while (i < buckets.length && value > (buckets[i] ?? 0)) i += 1;
      counts[i] = (counts[i] ?? 0) + 1;
      sum += value;
    },
  };
}
