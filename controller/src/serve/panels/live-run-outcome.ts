import { type Colors, type Row, results } from './panel.ts';

export const verdictColors: Colors = {
  valid: 'green',
  suspect: 'yellow',
  invalid: 'red',
};

export const outcomeRow: Row = {
  title: 'Outcome',
  panels: [
    {
      id: 'run-repetitions',
      title: 'Repetitions',
      description:
        'Every attempt of this run that has ended, with its exact figures. An invalid one is done once more and not counted.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`select cell_id as cell, repetition, attempt, verdict, committed_tx_per_sec, latency_p50_ms,
  latency_p99_ms, success_ratio, throttled_ratio, rounds_timed_out, cpu_cores_per_node,
  scrape_completeness, started_at
from testbed.run_repetitions where run_id in (\${run:sqlstring}) order by started_at limit 500`),
      ],
      width: 24,
      height: 9,
      columns: [
        { name: 'verdict', colors: verdictColors },
        { name: 'committed_tx_per_sec', unit: 'tx/s' },
        { name: 'latency_p50_ms', unit: 'ms' },
        { name: 'latency_p99_ms', unit: 'ms' },
        { name: 'success_ratio', unit: 'ratio' },
        { name: 'throttled_ratio', unit: 'ratio' },
        { name: 'cpu_cores_per_node', unit: 'cores' },
        { name: 'scrape_completeness', unit: 'ratio' },
        { name: 'started_at', unit: 'time' },
      ],
      empty: 'No repetition of this run has ended yet.',
    },
    {
      id: 'run-events',
      title: 'Events of the timeline',
      description:
        'What was done to nodes and network: when it was planned, how late it was, how long it held, and the witness that it bit. What they cost is in the report.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`select a.cell_id as cell, a.repetition, e.text as event, e.planned_at,
  extract(epoch from e.begun_at - e.planned_at)::float8 * 1000 as delay_ms,
  extract(epoch from e.ended_at - e.begun_at)::float8 * 1000 as lasted_ms, e.witness_text as witness,
  case e.witness_seen when true then 'yes' when false then 'no' else 'not looked' end as seen, e.error
from testbed.repetitions a join testbed.timeline_events e using (attempt_key)
where a.run_id in (\${run:sqlstring}) order by e.planned_at limit 500`),
      ],
      width: 12,
      height: 9,
      columns: [
        { name: 'planned_at', unit: 'time' },
        { name: 'delay_ms', unit: 'ms' },
        { name: 'lasted_ms', unit: 'ms' },
        { name: 'seen', colors: { yes: 'green', no: 'red' } },
      ],
      empty: 'This run has no timeline, or no repetition has ended yet.',
    },
    {
      id: 'run-reasons',
      title: 'Why a repetition is not valid',
      description:
        'Every reason of every attempt, with what was measured and its limit. docs/verdicts.md explains each code.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`select a.cell_id as cell, a.repetition, a.attempt, v.verdict, v.code, v.text as reason, v.measured_value, v.limit_value
from testbed.run_attempts a join testbed.verdict_reasons v using (attempt_key)
where a.run_id in (\${run:sqlstring}) order by a.started_at, v.position limit 500`),
      ],
      width: 12,
      height: 9,
      columns: [{ name: 'verdict', colors: verdictColors }],
      empty: 'No reasons: every repetition that has ended is valid.',
    },
  ],
};
