import { prometheus, type Row, results } from './panel.ts';

const empty = 'No controller: it is not started, or Prometheus does not see it.';

/** About four hours of measuring: a time range of years would be read whole for it. */
const latestSamples =
  '(select * from testbed.host_samples where $__timeFilter(at) order by at desc limit 15000) s';

export const controllerRow: Row = {
  title: 'Host and controller',
  panels: [
    {
      id: 'health-host-cpu',
      title: 'Host CPU',
      description:
        'Share of all cores that is busy, as the controller samples it. Above 80 % for long, the host is what is measured, and repetitions become suspect.',
      unit: 'ratio',
      kind: 'timeseries',
      queries: [prometheus('max(testbed_host_cpu_busy_ratio)', 'busy')],
      width: 8,
      height: 8,
      min: 0,
      max: 1,
      empty,
    },
    {
      id: 'health-host-stored',
      title: 'Host CPU during repetitions',
      description:
        'From the samples stored with repetitions (the latest 15,000 of the time range): own is nodes, controller and container engine, foreign everything else, stolen what a hypervisor took.',
      unit: 'ratio',
      kind: 'timeseries',
      queries: [
        results(
          `select $__timeGroupAlias(at, $__interval), avg(cpu_busy_ratio) as busy, avg(cpu_own_ratio) as own,
  avg(cpu_foreign_ratio) as foreign, avg(cpu_steal_ratio) as stolen
from ${latestSamples} group by 1 order by 1`,
          'time_series',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      max: 1,
      empty: 'No repetition has ended in the time range.',
    },
    {
      id: 'health-host-pressure',
      title: 'Host stalls during repetitions',
      description:
        'Share of time in which something waited for CPU or memory, or everything for the disk (pressure stall information of the kernel; nothing where it does not tell).',
      unit: 'ratio',
      kind: 'timeseries',
      queries: [
        results(
          `select $__timeGroupAlias(at, $__interval), avg(psi_cpu_some_ratio) as cpu, avg(psi_memory_some_ratio) as memory,
  avg(psi_io_full_ratio) as disk
from ${latestSamples} group by 1 order by 1`,
          'time_series',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      max: 1,
      empty: 'No repetition has ended in the time range.',
    },
    {
      id: 'health-host-memory',
      title: 'Host memory that is left',
      description:
        'Available memory, as stored with repetitions. Swapping makes a repetition suspect.',
      unit: 'bytes',
      kind: 'timeseries',
      queries: [
        results(
          `select $__timeGroupAlias(at, $__interval), min(memory_available_bytes) as available
from ${latestSamples} group by 1 order by 1`,
          'time_series',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty: 'No repetition has ended in the time range.',
    },
    {
      id: 'health-host-load',
      title: 'Host load',
      description:
        'Processes that run or wait to, averaged over a minute. Above the number of cores somebody waits.',
      unit: 'count',
      kind: 'timeseries',
      queries: [prometheus('max(testbed_host_load1)', 'load')],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'health-host-memory-now',
      title: 'Host memory',
      description: 'Memory of the host, and what of it is available.',
      unit: 'bytes',
      kind: 'timeseries',
      queries: [
        prometheus('max(testbed_host_memory_bytes)', 'all'),
        prometheus('min(testbed_host_memory_available_bytes)', 'available'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'health-throttled',
      title: 'Throttled containers',
      description:
        'Share of the scheduling periods in which a CPU limit was used up: worst node of each network. Above 25 % the limit is what is measured.',
      unit: 'ratio',
      kind: 'timeseries',
      queries: [
        prometheus(
          `max by (run, cell, repetition) (rate(container_cpu_throttled_periods_total{job="nodes"}[$__rate_interval])
          / (rate(container_cpu_periods_total{job="nodes"}[$__rate_interval]) > 0))`,
          '{{run}} {{cell}} r{{repetition}}',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      max: 1,
      empty: 'No containers with a CPU limit.',
    },
    {
      id: 'health-controller-lag',
      title: 'Event loop lag of nodes',
      description:
        'How late timers fire, 99th percentile between two scrapes: worst node of each network. All networks late at once is the host.',
      unit: 's',
      kind: 'timeseries',
      queries: [
        prometheus(
          'max by (run, cell, repetition) (nodejs_eventloop_lag_p99_seconds{job="nodes"})',
          '{{run}} {{cell}} r{{repetition}}',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty: 'No nodes.',
    },
    {
      id: 'health-controller-nodes',
      title: 'Nodes, as the controller sees them',
      description:
        'Nodes of the repetition under way, and those that answered the last scrape of the controller. It may differ for a moment from what Prometheus sees.',
      unit: 'count',
      kind: 'timeseries',
      queries: [
        prometheus('sum(testbed_nodes_planned)', 'planned'),
        prometheus('sum(testbed_nodes_up)', 'up'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'health-controller-runs',
      title: 'Runs that ended',
      description: 'Since the controller started, by how they ended.',
      unit: 'count',
      kind: 'stat',
      queries: [prometheus('sum by (state) (testbed_runs_ended_total)', '{{state}}', true)],
      width: 8,
      height: 8,
      decimals: 0,
      empty,
    },
    {
      id: 'health-controller-requests',
      title: 'Requests to the controller',
      description:
        'A second, by status. 4xx are refused (wrong tokens, too many, malformed), 5xx are bugs.',
      unit: '1/s',
      kind: 'timeseries',
      queries: [
        prometheus(
          'sum by (status) (rate(testbed_requests_total[$__rate_interval]))',
          '{{status}}',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'health-controller-viewers',
      title: 'Viewers of the live page',
      description: 'Open streams of live events.',
      unit: 'count',
      kind: 'timeseries',
      queries: [prometheus('sum(testbed_viewers)', 'viewers')],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
  ],
};
