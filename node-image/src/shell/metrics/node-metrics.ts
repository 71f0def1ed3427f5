import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type MetricName, metricNames } from '../../contract/index.ts';
import { type BucketHistogram, registerBucketHistogram } from './bucket-histogram.ts';
import { NEVER_MS, registerEventLoopLag, replacedLagMetrics } from './event-loop-lag.ts';
import type { NodeFigures } from './node-figures.ts';
import type { ProcessMeter } from './process-meter.ts';

/** The Prometheus page of a node. Every metric is described in docs/metrics.md. */
export interface NodeMetrics {
  readonly contentType: string;
  /** Text of the page at this moment. */
  page(): Promise<string>;
  readonly commitLatency: BucketHistogram;
  readonly blockLatency: BucketHistogram;
}

/** 1 ms to 16 s, doubling. */
const LATENCY_BUCKETS = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);
/** Named like counters but gauges: they fail every Prometheus lint. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

type Reading = (figures: NodeFigures) => number | null | undefined;

export function createNodeMetrics(
  options: {
    readonly software: string;
    /** Who the process figures are of; this process, with all that Node.js tells, if absent. */
    readonly process?: ProcessMeter;
  },
  look: () => NodeFigures,
): NodeMetrics {
  const registry = new Registry();
  if (options.process === undefined) registerOwnProcess(registry);
  else registerProcess(registry, options.process);
  new Gauge({
    name: 'testbed_build_info',
    help: 'Always 1; the label says which software the node runs.',
    labelNames: ['software'],
    registers: [registry],
  }).set({ software: options.software }, 1);
  // Contract histograms in seconds, for dashboards; exact percentiles are in /v1/results.
  const commitLatency = registerBucketHistogram(registry, {
    name: metricNames.commitLatencySeconds,
    help: 'Time from when a transaction of this node was due to its commit here.',
    buckets: LATENCY_BUCKETS,
  });
  const blockLatency = registerBucketHistogram(registry, {
    name: metricNames.blockLatencySeconds,
    help: 'Time from the creation of a block by this node to its commit here.',
    buckets: LATENCY_BUCKETS,
  });
  // One look a page: every figure of it is of the same moment.
  let figures = look();
  registerFigures(registry, () => figures);
  registerMisbehaviours(registry, () => figures);
  return {
    contentType: registry.contentType,
    page() {
      figures = look();
      return registry.metrics();
    },
    commitLatency,
    blockLatency,
  };
}

/** One line for each behaviour that was carried out; of an honest node none. */
function registerMisbehaviours(registry: Registry, look: () => NodeFigures): void {
  new Counter({
    name: metricNames.misbehaviours,
    help: 'Times that this node broke the rules as it was told.',
    labelNames: ['behaviour'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [behaviour, count] of look().misbehaviours) this.inc({ behaviour }, count);
    },
  });
}

function registerOwnProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  for (const name of [...MISNAMED, ...replacedLagMetrics]) registry.removeSingleMetric(name);
  registerEventLoopLag(registry);
}

/** What the controller reads of any process. */
function registerProcess(registry: Registry, meter: ProcessMeter): void {
  new Counter({
    name: metricNames.cpuSeconds,
    help: 'Total user and system CPU time spent in seconds.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(meter.cpuMicros() / 1e6);
    },
  });
  new Gauge({
    name: metricNames.residentMemoryBytes,
    help: 'Resident memory size in bytes.',
    registers: [registry],
    collect() {
      this.set(meter.residentBytes());
    },
  });
  let loop = meter.watchLoop();
  new Gauge({
    name: metricNames.eventLoopLagP99Seconds,
    help: '99th percentile of the delay of a timer since the last scrape.',
    registers: [registry],
    collect() {
      this.set(loop.endMsP99() / 1e3);
      loop = meter.watchLoop();
    },
  });
}

/** A figure that is not known is left out of the page, header and all values. */
function registerFigures(registry: Registry, look: () => NodeFigures): void {
  const hasContainer = look().container !== null;
  for (const [name, type, help, reading] of FIGURES) {
    if (name.startsWith('container_') && !hasContainer) continue;
    const configuration = { name, help, registers: [registry] };
    if (type === 'counter') {
      new Counter({
        ...configuration,
        collect() {
          this.reset();
          this.inc(reading(look()) ?? 0);
        },
      });
      continue;
    }
    new Gauge({
      ...configuration,
      collect() {
        const value = reading(look());
        if (value === null || value === undefined) this.remove();
        else this.set(value);
      },
    });
  }
}

type Figure = readonly [
  MetricName | 'network_links_planned' | 'network_messages_malformed_total',
  'counter' | 'gauge',
  string,
  Reading,
];

const names = metricNames;
const FIGURES: readonly Figure[] = [
  [
    names.transactionsSubmitted,
    'counter',
    'Transactions that entered the network at this node.',
    (f) => f.transactionsSubmitted,
  ],
  [
    names.transactionsCommitted,
    'counter',
    'Transactions committed by this node, whoever submitted them.',
    (f) => f.engine?.counters.transactionsCommitted,
  ],
  [
    names.transactionsRejected,
    'counter',
    'Transactions of this node that had no room or were duplicates.',
    (f) => f.transactionsRejected,
  ],
  [
    names.blocksCommitted,
    'counter',
    'Blocks committed by this node.',
    (f) => f.engine?.counters.blocksCommitted,
  ],
  [
    names.blocksProposed,
    'counter',
    'Blocks proposed by this node as leader.',
    (f) => f.engine?.counters.blocksProposed,
  ],
  [
    names.roundsTimedOut,
    'counter',
    'Rounds that ended by a timeout certificate.',
    (f) => f.engine?.counters.roundsTimedOut,
  ],
  [names.round, 'gauge', 'Current consensus round.', (f) => f.engine?.round ?? 0],
  [
    names.committedHeight,
    'gauge',
    'Height of the last committed block.',
    (f) => f.engine?.committedHeight ?? 0,
  ],
  [
    names.mempoolTransactions,
    'gauge',
    'Transactions waiting to be proposed.',
    (f) => f.engine?.mempoolTransactions ?? 0,
  ],
  [
    names.signaturesVerified,
    'counter',
    'Signatures verified by this node.',
    (f) => f.engine?.counters.signaturesVerified,
  ],
  [
    names.signaturesMade,
    'counter',
    'Signatures of consensus made by this node.',
    (f) => f.signatures?.made,
  ],
  [
    names.signingSeconds,
    'counter',
    'Time that making signatures of consensus took.',
    (f) => (f.signatures?.makingMs ?? 0) / 1_000,
  ],
  [
    names.verifyingSeconds,
    'counter',
    'Time that checking signatures and aggregates of consensus took.',
    (f) => (f.signatures?.checkingMs ?? 0) / 1_000,
  ],
  [
    names.safetyViolations,
    'counter',
    'Broken safety invariants seen by this node; it stops at the first.',
    (f) => f.safetyViolations,
  ],
  [
    names.evidence,
    'counter',
    'Proofs that a committee member signed two contradicting messages.',
    (f) => f.evidence,
  ],
  [
    names.messagesSent,
    'counter',
    'Consensus messages handed to the transport, one per receiver.',
    (f) => f.traffic.messagesSent,
  ],
  [
    names.messagesReceived,
    'counter',
    'Consensus messages received.',
    (f) => f.traffic.messagesReceived,
  ],
  [
    names.messagesDropped,
    'counter',
    'Consensus messages not sent: the queue was full or the link down.',
    (f) => f.traffic.messagesDropped,
  ],
  [
    'network_messages_malformed_total',
    'counter',
    'Frames received that are no message.',
    (f) => f.traffic.messagesMalformed,
  ],
  [
    names.bytesSent,
    'counter',
    'Bytes of consensus messages sent, before encryption.',
    (f) => f.traffic.bytesSent,
  ],
  [
    names.bytesReceived,
    'counter',
    'Bytes of consensus messages received, after decryption.',
    (f) => f.traffic.bytesReceived,
  ],
  [names.linksUp, 'gauge', 'Links to other members that are up.', (f) => f.linksUp],
  [
    names.overlayRelayed,
    'counter',
    'Messages handed on for others, once for every link they left by.',
    (f) => f.overlay?.messagesRelayed,
  ],
  [
    names.overlayRelayedBytes,
    'counter',
    'Bytes of those messages, before encryption.',
    (f) => f.overlay?.bytesRelayed,
  ],
  [
    names.overlayDelivered,
    'counter',
    'Messages that came to this node over the overlay, not from a neighbour directly.',
    (f) => f.overlay?.messagesDelivered,
  ],
  [
    names.overlayHops,
    'counter',
    'Links that those messages travelled, in all.',
    (f) => f.overlay?.hopsTravelled,
  ],
  [
    names.overlayDuplicates,
    'counter',
    'Copies of messages that had come by another way already.',
    (f) => f.overlay?.duplicates,
  ],
  [
    names.overlayForged,
    'counter',
    'Messages handed on by a neighbour that their origin did not sign.',
    (f) => f.overlay?.forged,
  ],
  [
    names.overlayUnroutable,
    'counter',
    'Messages for which there was no path of live links, or that went in circles.',
    (f) => f.overlay?.unroutable,
  ],
  [
    'network_links_planned',
    'gauge',
    'Links to other members that should be up.',
    (f) => f.linksPlanned,
  ],
  [
    names.shapedSegments,
    'counter',
    'Segments of at most 1,448 bytes that the userspace shaper let pass.',
    (f) => f.shaped.segments,
  ],
  [
    names.shapedSegmentsLost,
    'counter',
    'Segments that the userspace shaper counted as lost once or more.',
    (f) => f.shaped.segmentsLost,
  ],
  [
    names.shapedBytes,
    'counter',
    'Bytes of those segments, after encryption, without headers.',
    (f) => f.shaped.bytes,
  ],
  [
    names.containerCpuSeconds,
    'counter',
    'CPU time used by the container of this node.',
    (f) => f.container?.cpuSeconds,
  ],
  [
    names.containerCpuPeriods,
    'counter',
    'Scheduling periods in which the container had a CPU quota.',
    (f) => f.container?.periods,
  ],
  [
    names.containerCpuPeriodsThrottled,
    'counter',
    'Scheduling periods in which the container used up its CPU quota.',
    (f) => f.container?.throttledPeriods,
  ],
  [
    names.containerCpuThrottledSeconds,
    'counter',
    'Time the container waited because its CPU quota was used up.',
    (f) => f.container?.throttledSeconds,
  ],
  [
    names.containerMemoryWorkingSetBytes,
    'gauge',
    'Memory of the container less inactive file cache.',
    (f) => f.container?.workingSetBytes,
  ],
  [
    names.containerMemoryLimitBytes,
    'gauge',
    'Memory limit of the container; absent without a limit.',
    (f) => f.container?.limitBytes,
  ],
];
