import { verdictColors } from './live-run-outcome.ts';
import {
  type Column,
  type Dashboard,
  type Link,
  type Panel,
  prometheus,
  type Row,
  results,
} from './panel.ts';
import { runVariable } from './variables.ts';

/** Opens the run with its own time range; `_ms` columns are hidden and only for this. */
export const openRun: Link = {
  title: 'Open this run',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana puts the values in.
  url: '/d/testbed-live-run?var-run=${__data.fields.run}&from=${__data.fields.from_ms}&to=${__data.fields.to_ms}',
};
const hidden: readonly Column[] = [
  { name: 'from_ms', unit: 'text', isHidden: true },
  { name: 'to_ms', unit: 'text', isHidden: true },
];
const empty = 'No runs yet. Start one: testbed run topologies/quickstart.yaml';

const counted = (status: string): string =>
  `select count(*) as "${status}" from testbed.runs where $__timeFilter(started_at) and status = '${status}'`;

const now: Row = {
  title: 'Now',
  panels: [
    {
      id: 'overview-active',
      title: 'Runs going on',
      description: 'Runs that the controller is carrying out: 0 or 1.',
      unit: 'count',
      kind: 'stat',
      queries: [prometheus('sum(testbed_run_state{state!="idle"})', 'going on', true)],
      width: 4,
      height: 4,
      decimals: 0,
      empty: 'no controller',
    },
    {
      id: 'overview-queue',
      title: 'Runs waiting',
      description: 'Runs in the queue of the controller; one runs at a time.',
      unit: 'count',
      kind: 'stat',
      queries: [prometheus('sum(testbed_queue_runs)', 'waiting', true)],
      width: 4,
      height: 4,
      decimals: 0,
      empty: 'no controller',
    },
    ...(['completed', 'failed', 'interrupted'] as const).map(
      (status): Panel => ({
        id: `overview-${status}`,
        title: `Runs ${status}`,
        description: `Runs started in the time range that are ${status}.`,
        unit: 'count',
        kind: 'stat',
        queries: [results(counted(status))],
        width: 4,
        height: 4,
        decimals: 0,
        empty: 'none',
      }),
    ),
    {
      id: 'overview-trusted',
      title: 'Valid repetitions',
      description:
        'Of the last attempts of all repetitions started in the time range: the share that is valid. The others are suspect or invalid, see the reasons below.',
      unit: 'ratio',
      kind: 'stat',
      queries: [
        results(`select avg((verdict = 'valid')::integer)::double precision as valid from testbed.run_attempts
where is_last and $__timeFilter(started_at)`),
      ],
      width: 4,
      height: 4,
      steps: [
        { from: null, color: 'red' },
        { from: 0.5, color: 'yellow' },
        { from: 0.9, color: 'green' },
      ],
      empty: 'none',
    },
  ],
};

const runs: Row = {
  title: 'Latest runs',
  panels: [
    {
      id: 'overview-runs',
      title: 'Latest runs',
      description:
        'The 50 latest runs of the time range. A click on a run opens it. done and valid are repetitions; best is the throughput of its best cell.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`with latest as (
  select run_id, name, status, runtime, shaper, sizes, varied, repetitions_planned, started_at, ended_at
  from testbed.runs where $__timeFilter(started_at) order by started_at desc limit 50)
select l.run_id as run, l.name, l.status,
  case when c.invalid > 0 then 'invalid' when c.suspect > 0 then 'suspect' when c.valid > 0 then 'valid' end as verdict,
  coalesce(c.done, 0) as done, l.repetitions_planned as planned, coalesce(c.valid, 0) as valid,
  array_to_string(l.sizes, ', ') as nodes, l.varied, c.best as best_tx_per_sec, l.runtime, l.shaper, l.started_at,
  (extract(epoch from l.started_at) * 1000)::bigint as from_ms,
  (extract(epoch from coalesce(l.ended_at, now())) * 1000)::bigint as to_ms
from latest l left join lateral (
  select count(*) filter (where r.is_last) as done,
    count(*) filter (where r.is_last and r.verdict = 'valid') as valid,
    count(*) filter (where r.is_last and r.verdict = 'suspect') as suspect,
    count(*) filter (where r.is_last and r.verdict = 'invalid') as invalid,
    max(r.committed_tx_per_sec) filter (where r.is_counted) as best
  from testbed.run_repetitions r where r.run_id = l.run_id
) c on true
order by l.started_at desc`),
      ],
      width: 24,
      height: 11,
      columns: [
        { name: 'run', link: openRun, widthPixels: 190 },
        {
          name: 'status',
          colors: { completed: 'green', running: 'blue', failed: 'red', interrupted: 'orange' },
        },
        { name: 'verdict', colors: verdictColors },
        { name: 'best_tx_per_sec', unit: 'tx/s' },
        { name: 'started_at', unit: 'time' },
        ...hidden,
      ],
      empty,
    },
  ],
};

const trend = (figures: string): string => `select node_count as nodes, ${figures}
from testbed.run_cells where run_id in (\${run:sqlstring}) and repetitions_counted > 0
group by node_count order by node_count`;

const scaling: Row = {
  title: 'Scaling of the chosen run',
  panels: [
    {
      id: 'overview-scaling-throughput',
      title: 'Throughput by size',
      description:
        'Mean over the counted repetitions; where a run varies more than the size, the best, middle and worst cell of each size. Offered is what the scenario asks for.',
      unit: 'tx/s',
      kind: 'trend',
      queries: [
        results(
          trend(`max(committed_tx_per_sec) as best, percentile_cont(0.5) within group (order by committed_tx_per_sec) as median,
  min(committed_tx_per_sec) as worst, max(offered_tx_per_sec) as offered`),
        ),
      ],
      x: 'nodes',
      width: 12,
      height: 9,
      min: 0,
      empty,
    },
    {
      id: 'overview-scaling-latency',
      title: 'Latency by size',
      description:
        'Exact percentiles of the commit latency, mean over the counted repetitions; over cells of one size the median. p99 needs 1,000 transactions.',
      unit: 'ms',
      kind: 'trend',
      queries: [
        results(
          trend(`percentile_cont(0.5) within group (order by latency_p50_ms) as p50,
  percentile_cont(0.5) within group (order by latency_p95_ms) as p95,
  percentile_cont(0.5) within group (order by latency_p99_ms) as p99`),
        ),
      ],
      x: 'nodes',
      width: 12,
      height: 9,
      min: 0,
      empty,
    },
  ],
};

const verdicts: Row = {
  title: 'Verdicts',
  panels: [
    {
      id: 'overview-verdicts',
      title: 'Verdicts by day',
      description: 'Last attempts of the time range, by verdict and by day (UTC).',
      unit: 'count',
      kind: 'bars',
      queries: [
        results(`select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD') as day,
  count(*) filter (where verdict = 'valid') as valid, count(*) filter (where verdict = 'suspect') as suspect,
  count(*) filter (where verdict = 'invalid') as invalid
from testbed.run_attempts where is_last and $__timeFilter(started_at) group by 1 order by 1`),
      ],
      x: 'day',
      columns: [
        { name: 'valid', color: 'green' },
        { name: 'suspect', color: 'yellow' },
        { name: 'invalid', color: 'red' },
      ],
      width: 12,
      height: 9,
      min: 0,
      empty,
    },
    {
      id: 'overview-reasons',
      title: 'Most frequent reasons',
      description:
        'Why repetitions of the time range are suspect or invalid, most frequent first. docs/verdicts.md explains each code.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`select v.code, v.verdict, count(*) as times, count(distinct a.run_id) as runs, max(a.started_at) as last
from testbed.run_attempts a join testbed.verdict_reasons v using (attempt_key)
where $__timeFilter(a.started_at) group by 1, 2 order by 3 desc, 1 limit 50`),
      ],
      width: 12,
      height: 9,
      columns: [
        { name: 'verdict', colors: verdictColors },
        { name: 'last', unit: 'time' },
      ],
      empty: 'No reasons: every repetition of the time range is valid.',
    },
  ],
};

export const overview: Dashboard = {
  uid: 'testbed-overview',
  title: 'Overview',
  description: 'What ran lately, how far to believe it, and how it scales.',
  from: 'now-30d',
  refresh: '30s',
  variables: [runVariable],
  annotations: [],
  rows: [now, runs, scaling, verdicts],
};
