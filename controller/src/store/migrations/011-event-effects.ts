import type { Migration } from './migration.ts';

/**
 * What events did, as reports tell it, so that it can be asked for by coordinates. Attempts that were
 * stored before have none: `network_commits` still has what they can be computed from.
 */
export const eventEffects: Migration = {
  version: 11,
  name: 'event effects',
  sql: /* sql */ `
create table testbed.event_effects (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  event_index integer not null,
  former_tx_per_sec double precision,
  held_tx_per_sec double precision,
  kept_ratio double precision,
  offered_ratio double precision,
  silence_ms double precision,
  recovery text not null check (recovery in ('back', 'never', 'unknown')),
  recovered_ms double precision,
  resolution_ms double precision,
  logs_agree boolean,
  felt_with integer[] not null,
  primary key (attempt_key, event_index)
);
comment on table testbed.event_effects is
  'What one event of the timeline did to one attempt, by the definitions of docs/methods.md.';
comment on column testbed.event_effects.former_tx_per_sec is
  'Committed by the whole network in up to 5 s before the event that no other event disturbed.';
comment on column testbed.event_effects.held_tx_per_sec is 'While it held.';
comment on column testbed.event_effects.kept_ratio is 'held_tx_per_sec over former_tx_per_sec.';
comment on column testbed.event_effects.offered_ratio is
  'Load offered while it held over that before: a node that is down takes its clients with it.';
comment on column testbed.event_effects.silence_ms is
  'Longest time without a commit, from the last one before the event until throughput was back.';
comment on column testbed.event_effects.recovered_ms is
  'From its end, or its begin where it has none, until 90 % of the former throughput was back.';
comment on column testbed.event_effects.resolution_ms is 'Times are whole multiples of this.';
comment on column testbed.event_effects.felt_with is 'event_index of events that were felt at the same time.';

create view testbed.run_event_effects as
select a.run_id, a.cell_id, c.coordinates, a.node_count, a.repetition, a.attempt, a.is_counted,
  t.event_index, t.kind, t.text, t.nodes, t.planned_at, t.begun_at, t.ended_at,
  t.witness_quantity, t.witness_value, t.witness_seen,
  f.former_tx_per_sec, f.held_tx_per_sec, f.kept_ratio, f.offered_ratio, f.silence_ms, f.recovery,
  f.recovered_ms, f.resolution_ms, f.logs_agree, f.felt_with, a.attempt_key
from testbed.run_attempts a
join testbed.cells c on c.run_id = a.run_id and c.cell_id = a.cell_id
join testbed.timeline_events t on t.attempt_key = a.attempt_key
left join testbed.event_effects f
  on f.attempt_key = t.attempt_key and f.event_index = t.event_index;
comment on view testbed.run_event_effects is
  'Events of timelines with coordinates, witness and effect: throughput kept, longest silence, recovery.';
comment on column testbed.run_event_effects.coordinates is
  'Of the cell, by field of the scenario: {"nodes": 16, "network": "wan"}.';
`,
};
