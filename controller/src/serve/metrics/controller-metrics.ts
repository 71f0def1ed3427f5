/** Metrics of the controller, read when they are asked for; docs/server.md lists them. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Status } from '../api/live.ts';
import { phase as phases } from '../api/parts.ts';

export interface ControllerFigures {
  readonly status: Status;
  readonly nodesPlanned: number;
  readonly nodesUp: number;
  readonly repetitionsEnded: number;
}

export interface ControllerMetrics {
  readonly contentType: string;
  page(): Promise<string>;
  answered(status: number): void;
  runEnded(state: string): void;
}

const runStates = ['idle', 'preparing', 'running', 'stopping', 'cancelling'] as const;
const endedStates = ['completed', 'failed', 'interrupted', 'removed'] as const;
const classes = ['2xx', '3xx', '4xx', '5xx'] as const;
/** Gauges of prom-client that are named like counters. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

export function createControllerMetrics(
  version: string,
  look: () => ControllerFigures,
): ControllerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    read: (figures: ControllerFigures) => number | null,
  ) => {
    const made = new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read(look());
        if (value === null) this.reset();
        else this.set(value);
        if (value === null) this.remove();
      },
    });
    return made;
  };
  new Gauge({ name: 'testbed_build_info', help: 'Version', labelNames: ['version'], registers })
    .labels(version)
    .set(1);
  gauge('testbed_queue_runs', 'Runs that wait', ({ status }) => status.waiting);
  gauge(
    'testbed_run_repetitions_planned',
    'Of the current run',
    ({ status }) => status.run?.total ?? 0,
  );
  gauge('testbed_run_repetitions_ended', 'Of those', (figures) => figures.repetitionsEnded);
  gauge('testbed_run_remaining_seconds', 'Estimate', ({ status }) =>
    status.run?.remainingMs == null ? null : status.run.remainingMs / 1_000,
  );
  gauge(
    'testbed_nodes_planned',
    'Nodes of the current repetition',
    (figures) => figures.nodesPlanned,
  );
  gauge('testbed_nodes_up', 'Nodes that answered the last scrape', (figures) => figures.nodesUp);
  gauge('testbed_database_up', '1: records arrive', ({ status }) =>
    status.database.state === 'up' ? 1 : 0,
  );
  gauge(
    'testbed_database_pending_records',
    'Records that wait on disk',
    ({ status }) => status.database.pending,
  );
  gauge('testbed_viewers', 'Viewers of the live stream', ({ status }) => status.viewers);
  gauge(
    'testbed_host_cpu_busy_ratio',
    'Of all cores, 0-1',
    ({ status }) => status.host.cpuBusyRatio,
  );
  gauge('testbed_host_load1', 'Load average over a minute', ({ status }) => status.host.load1);
  gauge('testbed_host_memory_bytes', 'Of the host', ({ status }) => status.host.memoryBytes);
  gauge(
    'testbed_host_memory_available_bytes',
    'Of it',
    ({ status }) => status.host.memoryAvailableBytes,
  );
  new Gauge({
    name: 'testbed_run_state',
    help: '1 for what holds',
    labelNames: ['state'],
    registers,
    collect() {
      const { run } = look().status;
      for (const state of runStates)
        this.labels(state).set((run?.state ?? 'idle') === state ? 1 : 0);
    },
  });
  new Gauge({
    name: 'testbed_run_phase',
    help: '1 for the phase that holds',
    labelNames: ['phase'],
    registers,
    collect() {
      const { run } = look().status;
      for (const name of phases.options) this.labels(name).set(run?.phase === name ? 1 : 0);
    },
  });
  const ended = new Counter({
    name: 'testbed_runs_ended_total',
    help: 'Runs that left the queue',
    labelNames: ['state'],
    registers,
  });
  const requests = new Counter({
    name: 'testbed_requests_total',
    help: 'Requests answered',
    labelNames: ['status'],
    registers,
  });
  // A counter that is not there until it counts hides its first increase.
  for (const state of endedStates) ended.labels(state).inc(0);
  for (const name of classes) requests.labels(name).inc(0);
  return {
    contentType: registry.contentType,
    page: () => registry.metrics(),
    answered: (status) => requests.labels(`${Math.floor(status / 100)}xx`).inc(),
    runEnded: (state) => ended.labels(state).inc(),
  };
}
