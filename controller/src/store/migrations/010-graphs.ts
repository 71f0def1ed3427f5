import type { Migration } from './migration.ts';

/** Who was linked to whom, as nodes told it, against the plan. Attempts from before have no rows. */
export const graphs: Migration = {
  version: 10,
  name: 'graphs',
  sql: /* sql */ `
create table testbed.graphs (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  occasion text not null check (occasion in ('ready', 'end')),
  at timestamptz not null,
  silent_nodes integer[] not null,
  kept_low integer[] not null,
  kept_high integer[] not null,
  missing_low integer[] not null,
  missing_high integer[] not null,
  extra_low integer[] not null,
  extra_high integer[] not null,
  primary key (attempt_key, position)
);
comment on table testbed.graphs is
  'Who was linked to whom in one attempt, as its nodes told it, against the plan; graph_edges has one row for each link.';
comment on column testbed.graphs.occasion is
  'ready: before consensus started. end: after the load, when everything planned was over.';
comment on column testbed.graphs.silent_nodes is 'Nodes that did not tell; a link between two of them is in no list.';

create view testbed.graph_edges as
select g.attempt_key, g.occasion, g.at, s.state, e.low, e.high
from testbed.graphs g
cross join lateral (values
  ('kept', g.kept_low, g.kept_high),
  ('missing', g.missing_low, g.missing_high),
  ('extra', g.extra_low, g.extra_high)
) as s (state, lows, highs)
cross join lateral unnest(s.lows, s.highs) as e (low, high);
comment on view testbed.graph_edges is
  'Links between two nodes. kept: of the plan, and there. missing: of the plan, and not there. extra: there, and not of the plan.';

create view testbed.run_graph_edges as
select a.run_id, a.cell_id, a.node_count, a.repetition, a.attempt, a.is_last, a.is_counted, e.*
from testbed.run_attempts a join testbed.graph_edges e using (attempt_key);
comment on view testbed.run_graph_edges is 'graph_edges with their run, cell and repetition.';
`,
};
