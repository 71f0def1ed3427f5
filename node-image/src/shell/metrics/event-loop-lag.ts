import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

/** Coarse on purpose: every tick wakes the process, 100 a second are a share of a core at 40 nodes. */
const RESOLUTION_MS = 100;

/**
 * How late timers fire, under the names that prom-client uses. It does not itself: its monitor
 * wakes the process a hundred times a second and counts its own period as lag. Each scrape covers
 * the time since the one before.
 */
export function registerEventLoopLag(registry: Registry): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const seconds = (nanos: number): number =>
    delay.count === 0 ? 0 : Math.max(0, nanos / 1e9 - RESOLUTION_MS / 1_000);
  const readings: readonly [name: string, help: string, read: () => number][] = [
    ['min_', 'Shortest', () => seconds(delay.min)],
    ['max_', 'Longest', () => seconds(delay.max)],
    ['mean_', 'Mean', () => seconds(delay.mean)],
    ['p50_', '50th percentile of the', () => seconds(delay.percentile(50))],
    ['p90_', '90th percentile of the', () => seconds(delay.percentile(90))],
    ['p99_', '99th percentile of the', () => seconds(delay.percentile(99))],
  ];
  const gauges: [Gauge, () => number][] = [];
  for (const [part, what, read] of readings) {
    const name = `nodejs_eventloop_lag_${part}seconds`;
    const help = `${what} delay of a timer since the last scrape.`;
    const isFirst = gauges.length === 0;
    const collect = (): void => {
      // The registry asks in the order of registration: the first reads for all, then resets.
      if (!isFirst) return;
      for (const [gauge, value] of gauges) gauge.set(value());
      delay.reset();
    };
    gauges.push([new Gauge({ name, help, registers: [registry], collect }), read]);
  }
}

/** What prom-client registers by default and this module replaces or leaves out. */
export const replacedLagMetrics: readonly string[] = [
  'nodejs_eventloop_lag_seconds',
  'nodejs_eventloop_lag_min_seconds',
  'nodejs_eventloop_lag_max_seconds',
  'nodejs_eventloop_lag_mean_seconds',
  'nodejs_eventloop_lag_stddev_seconds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p90_seconds',
  'nodejs_eventloop_lag_p99_seconds',
];

/** For prom-client's own monitor, which cannot be left out: ticks once in three weeks. */
export const NEVER_MS = 2 ** 31 - 1;
