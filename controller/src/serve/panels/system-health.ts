import type { Dashboard, Panel, PrometheusQuery, Row } from './panel.ts';
import { prometheus, results } from './panel.ts';
import { controllerRow } from './system-health-controller.ts';
import { storageRow } from './system-health-storage.ts';

const nodes = 'job="nodes"';
const network = 'run, cell, repetition';
const empty = 'No nodes: nothing runs, or Prometheus does not see the controller.';
const legend = '{{run}} {{cell}} r{{repetition}}';

const line = (expr: string, name = legend): PrometheusQuery => prometheus(expr, name);

const nodesPanels: readonly Panel[] = [
  {
    id: 'health-alerts',
    title: 'Alerts',
    description:
      'Alerts of compose/prometheus/rules that fire or are about to (pending). Their annotations say what to do.',
    unit: 'text',
    kind: 'table',
    queries: [prometheus('sum by (alertname, alertstate, severity, run, node) (ALERTS)', '', true)],
    width: 12,
    height: 8,
    columns: [
      { name: 'Time', isHidden: true },
      { name: 'Value', isHidden: true },
      { name: 'alertstate', colors: { firing: 'red', pending: 'orange' } },
    ],
    empty: 'No alerts.',
  },
  {
    id: 'health-nodes-up',
    title: 'Nodes that answer',
    description:
      'Nodes that Prometheus was told of, and those whose last scrape answered, of each network. A gap in the middle is a node that died or was taken down by the timeline; one at the start or the end is a network that comes or goes.',
    unit: 'count',
    kind: 'timeseries',
    queries: [
      line(`count by (${network}) (up{${nodes}})`, `listed ${legend}`),
      line(`sum by (${network}) (up{${nodes}})`, `up ${legend}`),
    ],
    width: 12,
    height: 8,
    min: 0,
    empty,
  },
  {
    id: 'health-heights',
    title: 'Blocks committed a second',
    description: 'Median node of each network: at 0 while transactions wait, consensus is stalled.',
    unit: '1/s',
    kind: 'timeseries',
    queries: [
      line(
        `quantile by (${network}) (0.5, rate(consensus_blocks_committed_total{${nodes}}[$__rate_interval]))`,
      ),
    ],
    width: 8,
    height: 8,
    min: 0,
    empty,
  },
  {
    id: 'health-spread',
    title: 'How far apart nodes are',
    description:
      'Height of the node that has committed most less that of the one that has least, in blocks. Growth without end is a node that does not catch up.',
    unit: 'count',
    kind: 'timeseries',
    queries: [
      line(
        `max by (${network}) (consensus_committed_height{${nodes}}) - min by (${network}) (consensus_committed_height{${nodes}})`,
      ),
    ],
    width: 8,
    height: 8,
    min: 0,
    empty,
  },
  {
    id: 'health-timeouts',
    title: 'Rounds given up',
    description: 'A second, the node of each network that saw most.',
    unit: '1/s',
    kind: 'timeseries',
    queries: [
      line(
        `max by (${network}) (rate(consensus_rounds_timed_out_total{${nodes}}[$__rate_interval]))`,
      ),
    ],
    width: 8,
    height: 8,
    min: 0,
    empty,
  },
  {
    id: 'health-evidence',
    title: 'Evidence and safety',
    description:
      'Proofs that a member signed two contradicting messages, safety invariants that nodes saw broken, and what Byzantine members did on purpose: totals of each network. Violations above 0 void the run if an honest node reports them; what a Byzantine member says of itself is counted here, and proves nothing.',
    unit: 'count',
    kind: 'timeseries',
    queries: [
      line(`sum by (${network}) (consensus_evidence_total{${nodes}})`, `evidence ${legend}`),
      line(
        `sum by (${network}) (consensus_safety_violations_total{${nodes}})`,
        `violations ${legend}`,
      ),
      line(
        `sum by (${network}) (testbed_misbehaviours_total{${nodes}})`,
        `misbehaviours ${legend}`,
      ),
    ],
    width: 12,
    height: 8,
    min: 0,
    decimals: 0,
    empty,
  },
  {
    id: 'health-violations-stored',
    title: 'Logs that differ',
    description:
      'Repetitions of the time range whose nodes committed different blocks at one height: the worst thing there is.',
    unit: 'text',
    kind: 'table',
    queries: [
      results(`select run_id as run, cell_id as cell, repetition, attempt, safety_violation_height as height, started_at
from testbed.run_attempts
where safety_violation_height is not null and $__timeFilter(started_at) order by started_at desc limit 100`),
    ],
    width: 12,
    height: 8,
    columns: [{ name: 'started_at', unit: 'time' }],
    empty: 'None: all logs agree.',
  },
  {
    id: 'health-descriptors',
    title: 'File descriptors of a node',
    description:
      'Open descriptors over their limit, fullest node of each network. A full mesh needs two for each link; at 100 % a node can take no connection.',
    unit: 'ratio',
    kind: 'timeseries',
    queries: [line(`max by (${network}) (process_open_fds{${nodes}} / process_max_fds{${nodes}})`)],
    width: 12,
    height: 8,
    min: 0,
    empty,
  },
  {
    id: 'health-software',
    title: 'Software',
    description:
      'What nodes and controller say that they run, and how many say it. Two kinds in one network are two builds side by side, or a mistake.',
    unit: 'text',
    kind: 'table',
    queries: [
      prometheus(`count by (job, run, cell, software, version) (testbed_build_info)`, '', true),
    ],
    width: 12,
    height: 8,
    columns: [
      { name: 'Time', isHidden: true },
      { name: 'Value', unit: 'count' },
    ],
    empty,
  },
];

const scrapePanels: readonly Panel[] = [
  {
    id: 'health-scrape-duration',
    title: 'How long a scrape takes',
    description:
      'Slowest target of each job. Above the scrape interval samples are missing, and rates with them.',
    unit: 's',
    kind: 'timeseries',
    queries: [line('max by (job) (scrape_duration_seconds)', '{{job}}')],
    width: 8,
    height: 8,
    min: 0,
    empty: 'Prometheus scrapes nothing.',
  },
  {
    id: 'health-scrape-missed',
    title: 'Scrapes that failed',
    description:
      'Share of the scrapes of the last minute that no target answered, by job. Nodes that have not started or were taken down count.',
    unit: 'ratio',
    kind: 'timeseries',
    queries: [line('1 - avg by (job) (avg_over_time(up[1m]))', '{{job}}')],
    width: 8,
    height: 8,
    min: 0,
    max: 1,
    empty: 'Prometheus scrapes nothing.',
  },
  {
    id: 'health-scrape-samples',
    title: 'Samples a scrape',
    description: 'Largest target of each job. Above 5,000 a scrape is refused as a whole.',
    unit: 'count',
    kind: 'timeseries',
    queries: [line('max by (job) (scrape_samples_post_metric_relabeling)', '{{job}}')],
    width: 8,
    height: 8,
    min: 0,
    empty: 'Prometheus scrapes nothing.',
  },
  {
    id: 'health-prometheus-series',
    title: 'Series that Prometheus holds',
    description:
      'In its head block. Every repetition brings its nodes anew, so this grows while runs go on and falls every two hours.',
    unit: 'count',
    kind: 'timeseries',
    queries: [line('prometheus_tsdb_head_series', 'series')],
    width: 8,
    height: 8,
    min: 0,
    empty: 'Prometheus does not scrape itself.',
  },
  {
    id: 'health-prometheus-bytes',
    title: 'What Prometheus has on disk',
    description:
      'Blocks; kept to the limits of time and size of its retention. 0 in its first two hours.',
    unit: 'bytes',
    kind: 'timeseries',
    queries: [line('prometheus_tsdb_storage_blocks_bytes', 'blocks')],
    width: 8,
    height: 8,
    min: 0,
    empty: 'Prometheus does not scrape itself.',
  },
  {
    id: 'health-discovery',
    title: 'Discovery that failed',
    description:
      'Times a second that Prometheus could not ask the controller for its nodes. The last list is kept meanwhile.',
    unit: '1/s',
    kind: 'timeseries',
    queries: [line('sum(rate(prometheus_sd_http_failures_total[$__rate_interval]))', 'failures')],
    width: 8,
    height: 8,
    min: 0,
    empty: 'Prometheus does not scrape itself.',
  },
];

const consensusHealth: Row = { title: 'Nodes and consensus', panels: nodesPanels };
const scraping: Row = { title: 'Prometheus', panels: scrapePanels };

export const systemHealth: Dashboard = {
  uid: 'testbed-system-health',
  title: 'System health',
  description: 'Whether what measures is well: host, nodes, consensus, database and scraping.',
  from: 'now-1h',
  refresh: '10s',
  variables: [],
  annotations: [],
  rows: [controllerRow, consensusHealth, storageRow, scraping],
};
