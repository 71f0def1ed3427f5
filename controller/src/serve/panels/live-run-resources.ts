import { prometheus, type Row } from './panel.ts';
import { byRow, chosenNodes, rate } from './variables.ts';

const empty = 'No samples: choose a run that Prometheus saw, or start one.';
const limited = 'No samples: only containers with a CPU limit are throttled.';
const byNode = 'run, cell, repetition, node, region';

export const resourcesRow: Row = {
  title: 'CPU, throttling and memory',
  panels: [
    {
      id: 'run-cpu',
      title: 'CPU of a node',
      description:
        'Cores that the process uses: mean and busiest node, and the busiest container (a little more than its process).',
      unit: 'cores',
      kind: 'timeseries',
      queries: [
        prometheus(`avg(${rate('process_cpu_seconds_total')})`, 'mean'),
        prometheus(`max(${rate('process_cpu_seconds_total')})`, 'busiest node'),
        prometheus(`max(${rate('container_cpu_usage_seconds_total')})`, 'busiest container'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-throttled-nodes',
      title: 'Throttled nodes',
      description:
        'Share of its scheduling periods in which a node had used up its CPU limit. Up to 5 % is quiet; above 25 % the limit is what is measured.',
      unit: 'ratio',
      kind: 'grid',
      queries: [
        prometheus(
          byRow(`${rate('container_cpu_throttled_periods_total')}
          / (${rate('container_cpu_periods_total')} > 0)`),
          'node {{node}} {{region}}',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      max: 1,
      empty: limited,
    },
    {
      id: 'run-throttled-time',
      title: 'Time lost to throttling',
      description:
        'Seconds a second that the threads of a node waited because the CPU limit was used up: mean and worst node. Above 1 where several threads wait at once.',
      unit: 'ratio',
      kind: 'timeseries',
      queries: [
        prometheus(`avg(${rate('container_cpu_throttled_seconds_total')})`, 'mean'),
        prometheus(`max(${rate('container_cpu_throttled_seconds_total')})`, 'worst node'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty: limited,
    },
    {
      id: 'run-memory',
      title: 'Memory of a node',
      description:
        'Resident memory of the process, and memory of the container less inactive file cache: largest node. Beside them the smallest limit: a node that reaches it is killed.',
      unit: 'bytes',
      kind: 'timeseries',
      queries: [
        prometheus(`max(process_resident_memory_bytes{${chosenNodes}})`, 'process'),
        prometheus(`max(container_memory_working_set_bytes{${chosenNodes}})`, 'container'),
        prometheus(`min(container_memory_limit_bytes{${chosenNodes}})`, 'limit'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-heap',
      title: 'Heap of a node',
      description:
        'JavaScript heap and buffers outside of it: largest node. A heap that only grows is a leak, or a log that is not pruned.',
      unit: 'bytes',
      kind: 'timeseries',
      queries: [
        prometheus(`max(nodejs_heap_size_used_bytes{${chosenNodes}})`, 'heap used'),
        prometheus(`max(nodejs_heap_size_total_bytes{${chosenNodes}})`, 'heap'),
        prometheus(`max(nodejs_external_memory_bytes{${chosenNodes}})`, 'buffers'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-garbage',
      title: 'Garbage collection',
      description:
        'Share of its time that a node spends collecting garbage: mean and worst node. Above 10 % memory is what is measured.',
      unit: 'ratio',
      kind: 'timeseries',
      queries: [
        prometheus(`avg(sum by (${byNode}) (${rate('nodejs_gc_duration_seconds_sum')}))`, 'mean'),
        prometheus(
          `max(sum by (${byNode}) (${rate('nodejs_gc_duration_seconds_sum')}))`,
          'worst node',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-loop-lag',
      title: 'Event loop lag',
      description:
        'How late timers of a node fire, 99th percentile between two scrapes: median and worst node. It tells "the host is saturated" from "the protocol is slow".',
      unit: 's',
      kind: 'timeseries',
      queries: [
        prometheus(`quantile(0.5, nodejs_eventloop_lag_p99_seconds{${chosenNodes}})`, 'median'),
        prometheus(`max(nodejs_eventloop_lag_p99_seconds{${chosenNodes}})`, 'worst node'),
      ],
      width: 12,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-loop-lag-nodes',
      title: 'Event loop lag, node by node',
      description:
        'The same, each node. All rows dark at once is the host; one row is a node (or its limit).',
      unit: 's',
      kind: 'grid',
      queries: [
        prometheus(
          byRow(`nodejs_eventloop_lag_p99_seconds{${chosenNodes}}`),
          'node {{node}} {{region}}',
        ),
      ],
      width: 12,
      height: 8,
      min: 0,
      empty,
    },
  ],
};
