import { consensusRow } from './live-run-consensus.ts';
import { networkRows } from './live-run-network.ts';
import { outcomeRow } from './live-run-outcome.ts';
import { progressRows } from './live-run-progress.ts';
import { resourcesRow } from './live-run-resources.ts';
import type { Annotation, Dashboard, Variable } from './panel.ts';
import { runVariable } from './variables.ts';

const cell: Variable = {
  name: 'cell',
  label: 'Cell',
  description: 'One combination of what the run varies. All: one after the other, as they ran.',
  source: 'prometheus',
  query: 'label_values(up{job="nodes",run="$run"}, cell)',
  hasAll: true,
};

const repetition: Variable = {
  name: 'repetition',
  label: 'Repetition',
  description: 'One execution of a cell, counted from 0.',
  source: 'prometheus',
  query: 'label_values(up{job="nodes",run="$run",cell=~"$cell"}, repetition)',
  hasAll: true,
};

/** `$__timeFilter(started_at)` would lose a span that began before the time range. */
const phases: Annotation = {
  name: 'Phases',
  color: 'blue',
  sql: `select started_at as "time", ended_at as "timeend",
  phase || ' (' || cell_id || ', repetition ' || repetition || ')' as text, 'phase,' || phase as tags
from testbed.run_phases
where run_id in (\${run:sqlstring}) and started_at <= $__timeTo() and ended_at >= $__timeFrom()
order by 1 limit 1000`,
};

const events: Annotation = {
  name: 'Timeline events',
  color: 'orange',
  sql: `select e.begun_at as "time", coalesce(e.ended_at, r.ended_at) as "timeend", e.text as text,
  'event,' || e.kind as tags
from testbed.timeline_events e join testbed.repetitions r using (attempt_key)
where r.run_id in (\${run:sqlstring}) and e.begun_at <= $__timeTo()
  and coalesce(e.ended_at, r.ended_at) >= $__timeFrom()
order by 1`,
};

const incidents: Annotation = {
  name: 'What happened',
  color: 'red',
  sql: `select at as "time", at as "timeend", text as text, 'incident,' || kind as tags
from testbed.run_events
where run_id in (\${run:sqlstring}) and at between $__timeFrom() and $__timeTo()
order by 1 limit 1000`,
};

export const liveRun: Dashboard = {
  uid: 'testbed-live-run',
  title: 'Live run',
  description:
    'One run while it happens, and afterwards for as long as Prometheus keeps its samples. Phases, events and verdicts come from the database and are there when a repetition has ended.',
  from: 'now-15m',
  refresh: '5s',
  variables: [runVariable, cell, repetition],
  annotations: [phases, events, incidents],
  rows: [...progressRows, consensusRow, resourcesRow, ...networkRows, outcomeRow],
};
