import { type Panel, prometheus, type Row } from './panel.ts';
import { chosenNodes, rate } from './variables.ts';

const empty = 'No samples: choose a run that Prometheus saw, or start one.';
const commits = 'consensus_commit_latency_seconds';

/** Percentile of all nodes of the network together: buckets are added, percentiles never are. */
const percentile = (share: number, metric: string): string =>
  `histogram_quantile(${share}, sum by (le) (${rate(`${metric}_bucket`)}))`;

/** The controller tells of the run under way, whichever it is: only while that is the chosen one. */
const ofThisRun = (expr: string): string =>
  `${expr} and on () count(up{job="nodes",run="$run"}) > 0`;

const stats: readonly Panel[] = [
  {
    id: 'run-phase',
    title: 'Phase',
    description:
      'What the controller is doing with this run: start, shape, ready, warmup, measure, drain, collect, stop. Only figures of "measure" count.',
    unit: 'text',
    kind: 'stat',
    queries: [prometheus(ofThisRun('testbed_run_phase == 1'), '{{phase}}', true)],
    width: 4,
    height: 4,
    empty: 'not running',
  },
  {
    id: 'run-nodes-up',
    title: 'Nodes that answer',
    description:
      'Nodes whose last scrape answered, and nodes that should. Planned nodes are listed before they start, so both differ for some seconds at the start.',
    unit: 'count',
    kind: 'stat',
    queries: [
      prometheus(`sum(up{${chosenNodes}})`, 'up', true),
      prometheus(`count(up{${chosenNodes}})`, 'listed', true),
    ],
    width: 4,
    height: 4,
    empty: 'no nodes',
  },
  {
    id: 'run-throughput-now',
    title: 'Throughput',
    description:
      'Transactions committed a second, each counted once, at the node that it entered by: last value of the time range.',
    unit: 'tx/s',
    kind: 'stat',
    queries: [prometheus(`sum(${rate(`${commits}_count`)})`, 'committed')],
    width: 4,
    height: 4,
    decimals: 1,
    empty: 'no samples',
  },
  {
    id: 'run-latency-now',
    title: 'Latency p99',
    description:
      'From when a transaction was due to its commit at its entry node. Estimated from buckets that double, so up to a factor of two off; exact percentiles are in the report.',
    unit: 's',
    kind: 'stat',
    queries: [prometheus(percentile(0.99, commits), 'p99')],
    width: 4,
    height: 4,
    empty: 'no commits',
  },
  {
    id: 'run-progress',
    title: 'Repetitions ended',
    description:
      'Repetitions of the run under way that have ended, of those planned, and the time that is left as the controller estimates it.',
    unit: 'count',
    kind: 'stat',
    queries: [
      prometheus(ofThisRun('testbed_run_repetitions_ended'), 'ended', true),
      prometheus(ofThisRun('testbed_run_repetitions_planned'), 'planned', true),
      prometheus(ofThisRun('testbed_run_remaining_seconds'), 'seconds left', true),
    ],
    width: 6,
    height: 4,
    decimals: 0,
    empty: 'not running',
  },
  {
    id: 'run-height',
    title: 'Height',
    description: 'Height of the last block that any node committed.',
    brief: 'Of the last block that any node committed.',
    unit: 'count',
    kind: 'stat',
    queries: [prometheus(`max(consensus_committed_height{${chosenNodes}})`, 'height')],
    width: 4,
    height: 4,
    decimals: 0,
    empty: 'no samples',
  },
  {
    id: 'run-safety',
    title: 'Safety violations',
    description:
      'Nodes that saw a safety invariant broken in the time range. A node stops at the first one, so its last value is looked for over the whole range. Anything but 0 from an honest node makes every figure of the run void; Byzantine members are counted too, and what they say of themselves proves nothing.',
    unit: 'count',
    kind: 'stat',
    queries: [
      prometheus(
        `sum(max_over_time(consensus_safety_violations_total{${chosenNodes}}[$__range]))`,
        'violations',
        true,
      ),
    ],
    width: 4,
    height: 4,
    decimals: 0,
    steps: [
      { from: null, color: 'green' },
      { from: 1, color: 'red' },
    ],
    empty: 'no samples',
  },
];

const curves: readonly Panel[] = [
  {
    id: 'run-throughput',
    title: 'Throughput of the network',
    description:
      'Offered: transactions that entered at all nodes. Committed: each counted once, at its entry node. Refused: of those offered, no room or duplicates. A gap between offered and committed that stays is overload; one that closes is latency.',
    brief: 'Transactions offered, and committed, each counted once, at its entry node.',
    unit: 'tx/s',
    kind: 'timeseries',
    queries: [
      prometheus(`sum(${rate('consensus_transactions_submitted_total')})`, 'offered'),
      prometheus(`sum(${rate(`${commits}_count`)})`, 'committed'),
      prometheus(`sum(${rate('consensus_transactions_rejected_total')})`, 'refused'),
    ],
    width: 12,
    height: 9,
    min: 0,
    empty,
  },
  {
    id: 'run-latency',
    title: 'Commit latency',
    description:
      'From when a transaction was due to its commit at its entry node, all nodes together. Estimated from buckets that double (1 ms to 16 s): a shape, not a measurement; exact percentiles are in the report.',
    brief: 'From when it was due; estimated from buckets, reports have exact percentiles.',
    unit: 's',
    kind: 'timeseries',
    queries: [
      prometheus(percentile(0.5, commits), 'p50'),
      prometheus(percentile(0.95, commits), 'p95'),
      prometheus(percentile(0.99, commits), 'p99'),
    ],
    width: 12,
    height: 9,
    min: 0,
    empty,
  },
  {
    id: 'run-latency-buckets',
    title: 'Commit latency, all of it',
    description:
      'Commits a second by latency. Two bands mean two groups of nodes (near and far), which percentiles hide.',
    unit: 's',
    kind: 'buckets',
    queries: [prometheus(`sum by (le) (${rate(`${commits}_bucket`)})`, '{{le}}')],
    width: 12,
    height: 9,
    empty,
  },
  {
    id: 'run-block-latency',
    title: 'Block latency',
    description:
      'From the creation of a block at its leader to its commit there: the protocol without queues and clients.',
    unit: 's',
    kind: 'timeseries',
    queries: [
      prometheus(percentile(0.5, 'consensus_block_latency_seconds'), 'p50'),
      prometheus(percentile(0.99, 'consensus_block_latency_seconds'), 'p99'),
    ],
    width: 12,
    height: 9,
    min: 0,
    empty,
  },
];

export const progressRows: readonly Row[] = [
  { title: 'Where it is', panels: stats },
  { title: 'Throughput and latency', panels: curves },
];
