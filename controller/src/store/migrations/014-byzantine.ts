import type { Migration } from './migration.ts';

/**
 * Members that broke the rules, what others can prove of it, and what is needed to check the proofs.
 * Attempts that were stored before have no rows.
 */
export const byzantine: Migration = {
  version: 14,
  name: 'byzantine',
  sql: /* sql */ `
create table testbed.adversaries (
  attempt_key bigint primary key references testbed.repetitions on delete cascade,
  nodes integer[] not null,
  faulty_max integer not null,
  safety text not null check (safety in ('held', 'broken', 'unverified')),
  is_halted boolean not null,
  evidence_found integer not null,
  chain_id text,
  signature_scheme text,
  public_keys text[]
);
comment on table testbed.adversaries is
  'Of each attempt: who broke the rules, whether safety held, and the keys that signatures are checked with.';
comment on column testbed.adversaries.nodes is
  'Byzantine members, from the start or by an event; empty where nobody was.';
comment on column testbed.adversaries.faulty_max is
  'f: with more members that break the rules safety is not promised.';
comment on column testbed.adversaries.safety is
  'held: the logs of honest members agree. unverified: not all of them could be compared.';
comment on column testbed.adversaries.is_halted is 'Honest members stopped committing inside the window.';
comment on column testbed.adversaries.evidence_found is
  'All that nodes said they had found, each for itself; table evidence has the pieces that they kept.';
comment on column testbed.adversaries.chain_id is 'Bound into every signature of the attempt.';
comment on column testbed.adversaries.public_keys is 'Hex, of member 0, 1, 2 ...';

create table testbed.byzantine_members (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  node_index integer not null,
  behaviours jsonb not null,
  events integer[] not null,
  misbehaviours jsonb,
  differs_at_height bigint,
  primary key (attempt_key, node_index)
);
comment on table testbed.byzantine_members is 'Each member of an attempt that was to break the rules.';
comment on column testbed.byzantine_members.behaviours is
  'From the start, with parameters: [{"name": "silent"}]. Empty for one that only events made so.';
comment on column testbed.byzantine_members.events is 'event_index of the events that made it so.';
comment on column testbed.byzantine_members.misbehaviours is
  'How often it did each, by its own count: {"silent": 412}. Null: it could not be asked.';
comment on column testbed.byzantine_members.differs_at_height is
  'Lowest height at which its log is not that of honest members; no violation of safety.';

create table testbed.evidence (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  offence text not null,
  round bigint not null,
  offender integer not null,
  finders integer[] not null,
  first_signed_hex text not null,
  first_signature_hex text not null,
  second_signed_hex text not null,
  second_signature_hex text not null,
  flaw text,
  primary key (attempt_key, position)
);
comment on table testbed.evidence is
  'Two strings that one member signed and that contradict each other; how to check them: docs/evidence.md.';
comment on column testbed.evidence.flaw is 'Why it proves nothing; null: it was checked, and proves it.';

create or replace view testbed.downed_nodes as
select distinct t.attempt_key, n.node_index
from testbed.timeline_events t cross join lateral unnest(t.nodes) as n (node_index)
where t.kind in ('crash', 'stop', 'restart') and (t.begun_at is not null or t.error is not null)
union
select attempt_key, node_index from testbed.byzantine_members;
comment on view testbed.downed_nodes is
  'Nodes whose figures are not counted: taken down by the plan, or breaking the rules, in which case their word proves nothing.';

create view testbed.run_misbehaviours as
select a.run_id, a.cell_id, c.coordinates, a.node_count, a.repetition, a.attempt, a.is_last,
  a.is_counted, m.node_index, b.name as behaviour, b.count::text::bigint as count, m.attempt_key
from testbed.run_attempts a
join testbed.cells c on c.run_id = a.run_id and c.cell_id = a.cell_id
join testbed.byzantine_members m on m.attempt_key = a.attempt_key
cross join lateral jsonb_each(coalesce(m.misbehaviours, '{}')) as b (name, count);
comment on view testbed.run_misbehaviours is 'How often each member carried out each behaviour.';

create view testbed.run_evidence as
select a.run_id, a.cell_id, c.coordinates, a.repetition, a.attempt, e.*,
  d.chain_id, d.signature_scheme, d.public_keys[e.offender + 1] as public_key,
  not (e.offender = any (d.nodes)) as is_against_honest
from testbed.run_attempts a
join testbed.cells c on c.run_id = a.run_id and c.cell_id = a.cell_id
join testbed.evidence e on e.attempt_key = a.attempt_key
join testbed.adversaries d on d.attempt_key = a.attempt_key;
comment on view testbed.run_evidence is 'Evidence with all that is needed to check it.';

create view testbed.run_adversaries as
with figures as (
  select r.run_id, r.cell_id, r.coordinates, r.node_count, r.repetition, r.attempt, r.is_last,
    r.is_counted, r.verdict, r.attempt_key, d.nodes, d.faulty_max, d.safety, d.is_halted,
    cardinality(d.nodes) as members, cardinality(d.nodes) > d.faulty_max as is_beyond_f,
    not exists (select from testbed.byzantine_members m
      where m.attempt_key = r.attempt_key and m.behaviours <> '[]') as is_baseline,
    r.coordinates - array(select k from jsonb_object_keys(r.coordinates) as k
      where k = 'byzantine' or k like 'byzantine.%') as place,
    r.committed_tx_per_sec as throughput_tx_per_sec, r.latency_p50_ms, r.success_ratio,
    d.evidence_found
  from testbed.run_repetitions r join testbed.adversaries d on d.attempt_key = r.attempt_key
), honest as (
  select run_id, place, avg(throughput_tx_per_sec) as tx_per_sec,
    avg(latency_p50_ms) as latency_ms, max(members) as members
  from figures where is_baseline and is_counted group by 1, 2
), ratios as (
  select f.*, f.throughput_tx_per_sec / nullif(h.tx_per_sec, 0) as throughput_ratio,
    f.latency_p50_ms / nullif(h.latency_ms, 0) as latency_ratio,
    (f.node_count - f.members)::double precision
      / nullif(f.node_count - coalesce(h.members, 0), 0) as offered_ratio
  from figures f left join honest h
    on not f.is_baseline and h.run_id = f.run_id and h.place = f.place
)
select run_id, cell_id, coordinates, node_count, repetition, attempt, is_last, is_counted, verdict,
  attempt_key, nodes, members, faulty_max, is_beyond_f, safety, evidence_found,
  throughput_tx_per_sec, latency_p50_ms, success_ratio, throughput_ratio, latency_ratio,
  offered_ratio,
  case
    when is_halted then 'lost'
    when throughput_ratio is null and success_ratio is null then 'unknown'
    when coalesce(throughput_ratio / nullif(offered_ratio, 0), success_ratio) < 0.9 then 'slowed'
    when latency_ratio > 2 then 'slowed'
    else 'kept'
  end as liveness
from ratios where members > 0;
comment on view testbed.run_adversaries is
  'Attempts with members that broke the rules: safety, liveness, and what it cost against the same cell without any.';
comment on column testbed.run_adversaries.throughput_ratio is
  'Over the mean of counted repetitions of the cell with the same coordinates and nobody Byzantine from the start; null without one.';
comment on column testbed.run_adversaries.offered_ratio is
  'Clients of honest members over those of that cell, or over all: a member that breaks the rules takes its clients with it.';
comment on column testbed.run_adversaries.liveness is
  'slowed: below 90 % of the throughput that is left to expect, or more than twice the median latency. lost: nothing was committed to the end of the window.';
`,
};
