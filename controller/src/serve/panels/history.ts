import { verdictColors } from './live-run-outcome.ts';
import { openRun } from './overview.ts';
import {
  type Dashboard,
  type Panel,
  type Row,
  results,
  type Unit,
  type Variable,
} from './panel.ts';

const names: Variable = {
  name: 'name',
  label: 'Scenario',
  description: 'Runs of one name are compared over time.',
  source: 'results',
  query: `select name as __value, name || ' (' || count(*) || ' runs)' as __text
from testbed.runs group by name order by max(started_at) desc limit 200`,
  hasAll: false,
};

const side = (name: string, label: string): Variable => ({
  name,
  label,
  description: 'One of the two runs that are put side by side: the 200 latest of any name.',
  source: 'results',
  query: `select run_id as __value, name || ' - ' || run_id as __text
from testbed.runs order by started_at desc limit 200`,
  hasAll: false,
});

const empty = 'No finished runs of this name in the time range.';

/** The latest 40 runs of the chosen name, so that a dashboard of years stays fast. */
const chosen = `with chosen as (
  select run_id, started_at from testbed.runs
  where name in (\${name:sqlstring}) and $__timeFilter(started_at) order by started_at desc limit 40)`;

// Not from run_cells: that would be computed for all runs there are.
const overTime = (options: {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly figure: string;
}): Panel => ({
  ...options,
  kind: 'timeseries',
  queries: [
    results(
      `${chosen}
select h.started_at as "time", c.cell_id as metric, c.mean as value
from chosen h cross join lateral (
  select cell_id, avg(${options.figure}) as mean from testbed.run_repetitions
  where run_id = h.run_id and is_counted group by cell_id) c
order by 1, 2`,
      'time_series',
    ),
  ],
  width: 12,
  height: 9,
  min: 0,
  empty,
});

const trends: Row = {
  title: 'Runs of this name over time',
  panels: [
    overTime({
      id: 'history-throughput',
      title: 'Throughput, run by run',
      description:
        'A line a cell, a point a run (at its start): mean over the counted repetitions. A step is a change of the code, the host or the scenario: the table below says which.',
      unit: 'tx/s',
      figure: 'committed_tx_per_sec',
    }),
    overTime({
      id: 'history-p99',
      title: 'Latency p99, run by run',
      description:
        'The same for the exact 99th percentile of the commit latency. Cells with fewer than 1,000 transactions have none.',
      unit: 'ms',
      figure: 'latency_p99_ms',
    }),
    overTime({
      id: 'history-p50',
      title: 'Latency p50, run by run',
      description: 'The same for the median of the commit latency.',
      unit: 'ms',
      figure: 'latency_p50_ms',
    }),
    overTime({
      id: 'history-success',
      title: 'Success, run by run',
      description:
        'Share of the transactions due inside the window that were committed, whenever. Below 1 clients were refused or lost.',
      unit: 'ratio',
      figure: 'success_ratio',
    }),
    {
      id: 'history-runs',
      title: 'Runs of this name',
      description:
        'The latest 40 of the time range, as in all panels of runs of this name. What they ran with: a step in the curves has its reason here. A run with another plan, shaper or host is not comparable without a thought.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`${chosen}
select u.run_id as run, u.status, r.valid, r.suspect, r.invalid, u.started_at, left(p.git_commit, 10) as commit,
  case when p.git_dirty then 'yes' else 'no' end as dirty, left(u.plan_hash, 10) as plan, u.shaper, u.runtime,
  left(p.node_image, 19) as image, h.hostname, h.cpu_model,
  (extract(epoch from u.started_at) * 1000)::bigint as from_ms,
  (extract(epoch from coalesce(u.ended_at, now())) * 1000)::bigint as to_ms
from chosen c join testbed.runs u using (run_id)
left join testbed.provenance p using (run_id) left join testbed.host_facts h using (run_id)
left join lateral (
  select count(*) filter (where verdict = 'valid') as valid, count(*) filter (where verdict = 'suspect') as suspect,
    count(*) filter (where verdict = 'invalid') as invalid
  from testbed.run_attempts a where a.run_id = c.run_id and a.is_last) r on true
order by u.started_at desc`),
      ],
      width: 24,
      height: 9,
      columns: [
        { name: 'run', link: openRun, widthPixels: 190 },
        {
          name: 'status',
          colors: { completed: 'green', running: 'blue', failed: 'red', interrupted: 'orange' },
        },
        { name: 'started_at', unit: 'time' },
        { name: 'from_ms', unit: 'text', isHidden: true },
        { name: 'to_ms', unit: 'text', isHidden: true },
      ],
      empty,
    },
  ],
};

const both = (figure: string): string => `select l.node_count as nodes,
  max(l.${figure}) filter (where l.run_id in (\${left:sqlstring})) as left_run,
  max(l.${figure}) filter (where l.run_id in (\${right:sqlstring})) as right_run
from testbed.run_cells l
where l.run_id in (\${left:sqlstring}, \${right:sqlstring}) and l.repetitions_counted > 0
group by 1 order by 1`;

const sideBySide: Row = {
  title: 'Two runs side by side',
  panels: [
    {
      id: 'history-compare-throughput',
      title: 'Throughput by size: left and right',
      description:
        'Best cell of each size. Runs with different shapers, hosts or windows differ for other reasons than the code.',
      unit: 'tx/s',
      kind: 'trend',
      queries: [results(both('committed_tx_per_sec'))],
      x: 'nodes',
      columns: [
        { name: 'left_run', color: 'blue' },
        { name: 'right_run', color: 'orange' },
      ],
      width: 12,
      height: 9,
      min: 0,
      empty: 'Choose two runs with counted repetitions above.',
    },
    {
      id: 'history-compare-latency',
      title: 'Latency p50 by size: left and right',
      description: 'Slowest cell of each size: mean of the medians of its counted repetitions.',
      unit: 'ms',
      kind: 'trend',
      queries: [results(both('latency_p50_ms'))],
      x: 'nodes',
      columns: [
        { name: 'left_run', color: 'blue' },
        { name: 'right_run', color: 'orange' },
      ],
      width: 12,
      height: 9,
      min: 0,
      empty: 'Choose two runs with counted repetitions above.',
    },
    {
      id: 'history-compare',
      title: 'Cell by cell',
      description:
        'Cells with the same coordinates in both runs, and those that only one has. change is right over left less 1; noise is the larger of the two relative standard deviations: a change that is not well above it is none. `testbed report` has the intervals.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`with l as (select * from testbed.run_cells where run_id in (\${left:sqlstring})),
  r as (select * from testbed.run_cells where run_id in (\${right:sqlstring}))
select coalesce(l.cell_id, r.cell_id) as cell, l.committed_tx_per_sec as left_tx_per_sec, r.committed_tx_per_sec as right_tx_per_sec,
  r.committed_tx_per_sec / nullif(l.committed_tx_per_sec, 0) - 1 as change,
  greatest(l.committed_tx_per_sec_sd / nullif(l.committed_tx_per_sec, 0), r.committed_tx_per_sec_sd / nullif(r.committed_tx_per_sec, 0)) as noise,
  l.latency_p50_ms as left_p50_ms, r.latency_p50_ms as right_p50_ms, l.latency_p99_ms as left_p99_ms, r.latency_p99_ms as right_p99_ms,
  l.repetitions_counted as left_counted, r.repetitions_counted as right_counted,
  case l.shaper = r.shaper when true then 'same' when false then 'different' end as shaper
from l full join r on l.coordinates = r.coordinates
order by coalesce(l.node_count, r.node_count), 1`),
      ],
      width: 24,
      height: 9,
      columns: [
        { name: 'left_tx_per_sec', unit: 'tx/s' },
        { name: 'right_tx_per_sec', unit: 'tx/s' },
        { name: 'change', unit: 'ratio' },
        { name: 'noise', unit: 'ratio' },
        { name: 'left_p50_ms', unit: 'ms' },
        { name: 'right_p50_ms', unit: 'ms' },
        { name: 'left_p99_ms', unit: 'ms' },
        { name: 'right_p99_ms', unit: 'ms' },
        { name: 'shaper', colors: { same: 'green', different: 'red' } },
      ],
      empty: 'Choose two runs above.',
    },
  ],
};

const verdictsOverTime: Row = {
  title: 'Verdicts',
  panels: [
    {
      id: 'history-verdicts',
      title: 'Verdicts, run by run',
      description: 'Last attempts of each run of this name, by verdict.',
      unit: 'count',
      kind: 'bars',
      queries: [
        results(`${chosen}
select c.run_id as run, count(*) filter (where a.verdict = 'valid') as valid,
  count(*) filter (where a.verdict = 'suspect') as suspect, count(*) filter (where a.verdict = 'invalid') as invalid
from chosen c join testbed.run_attempts a on a.run_id = c.run_id and a.is_last
group by 1, c.started_at order by c.started_at`),
      ],
      x: 'run',
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
      id: 'history-reasons',
      title: 'Reasons, run by run',
      description: 'Why repetitions of these runs were suspect or invalid, latest first.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`${chosen}
select a.run_id as run, a.cell_id as cell, v.verdict, v.code, count(*) as times
from chosen c join testbed.run_attempts a on a.run_id = c.run_id
join testbed.verdict_reasons v using (attempt_key)
group by 1, 2, 3, 4, c.started_at order by c.started_at desc, 5 desc limit 200`),
      ],
      width: 12,
      height: 9,
      columns: [{ name: 'verdict', colors: verdictColors }],
      empty: 'No reasons: every repetition of these runs is valid.',
    },
  ],
};

export const history: Dashboard = {
  uid: 'testbed-history',
  title: 'History',
  description: 'How runs of one name changed over time, and two runs side by side.',
  from: 'now-90d',
  refresh: '',
  variables: [names, side('left', 'Left'), side('right', 'Right')],
  annotations: [],
  rows: [trends, sideBySide, verdictsOverTime],
};
