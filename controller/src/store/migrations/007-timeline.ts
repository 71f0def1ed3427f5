import type { Migration } from './migration.ts';

/**
 * Events of a timeline, and what the network did meanwhile. Nodes that a timeline took down covered
 * less than the window: figures are then of the others, and throughput is what these saw committed.
 * Views that exist keep their columns.
 */
export const timeline: Migration = {
  version: 7,
  name: 'timeline',
  sql: /* sql */ `
create table testbed.timeline_events (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  event_index integer not null,
  kind text not null,
  text text not null,
  planned_at timestamptz not null,
  planned_end_at timestamptz,
  begun_at timestamptz,
  ended_at timestamptz,
  nodes integer[] not null,
  witness_quantity text,
  witness_text text,
  witness_value double precision,
  witness_limit double precision,
  witness_seen boolean,
  error text,
  primary key (attempt_key, position)
);
create index timeline_events_time on testbed.timeline_events (planned_at);
comment on table testbed.timeline_events is 'One planned event of the timeline, as it went in one attempt.';
comment on column testbed.timeline_events.planned_end_at is 'Null: to the end of the window.';
comment on column testbed.timeline_events.begun_at is 'When it had taken effect at all of its nodes; null if it did not.';
comment on column testbed.timeline_events.ended_at is 'When it had been taken back everywhere; null if it was not, or was not to be.';
comment on column testbed.timeline_events.nodes is 'Nodes that it was done to; a leader by its index.';
comment on column testbed.timeline_events.witness_seen is
  'Whether the run shows that it bit; null if nobody could look.';
comment on column testbed.timeline_events.witness_limit is 'What witness_value had to reach, or to stay below.';

alter table testbed.nodes
  add column commit_slice_ms double precision,
  add column commit_slices integer[],
  add column commit_blocks double precision[],
  add column commit_transactions double precision[];
comment on column testbed.nodes.commit_slices is
  'Slices of the window, of commit_slice_ms each and counted from 0, in which this node committed blocks; commit_blocks and commit_transactions say how many. Null without a timeline, or where a node does not tell.';

create view testbed.downed_nodes as
select distinct e.attempt_key, d.node_index
from testbed.timeline_events e cross join lateral unnest(e.nodes) as d (node_index)
where e.kind in ('crash', 'stop', 'restart') and (e.begun_at is not null or e.error is not null);
comment on view testbed.downed_nodes is
  'Nodes whose process a timeline ended: their clients and counters do not cover the window.';

create view testbed.network_commits as
with survivor as (
  select n.*,
    floor((n.window_end_unix_ms - n.window_start_unix_ms) / n.commit_slice_ms)::integer as slices
  from testbed.nodes n left join testbed.downed_nodes d using (attempt_key, node_index)
  where n.commit_slice_ms is not null and d.node_index is null
), grid as (
  select attempt_key, min(commit_slice_ms) as slice_ms, min(window_start_unix_ms) as start_unix_ms,
    generate_series(0, min(slices) - 1) as slice
  from survivor group by attempt_key
), committed as (
  select s.attempt_key, s.node_index, v.slice, v.blocks, v.transactions
  from survivor s
  cross join lateral unnest(s.commit_slices, s.commit_blocks, s.commit_transactions)
    as v (slice, blocks, transactions)
), reached as (
  select g.attempt_key, g.slice, g.slice_ms, g.start_unix_ms,
    sum(coalesce(c.blocks, 0)) over so_far as blocks,
    sum(coalesce(c.transactions, 0)) over so_far as transactions
  from grid g join survivor s using (attempt_key)
  left join committed c on c.attempt_key = g.attempt_key and c.node_index = s.node_index
    and c.slice = g.slice
  window so_far as (partition by g.attempt_key, s.node_index order by g.slice)
), middle as (
  select attempt_key, slice, slice_ms, start_unix_ms,
    percentile_disc(0.5) within group (order by blocks desc) as blocks,
    percentile_disc(0.5) within group (order by transactions desc) as transactions
  from reached group by attempt_key, slice, slice_ms, start_unix_ms
)
select attempt_key, slice, slice_ms,
  to_timestamp((start_unix_ms + slice * slice_ms) / 1000) as at,
  blocks - coalesce(lag(blocks) over by_slice, 0) as blocks,
  transactions - coalesce(lag(transactions) over by_slice, 0) as transactions
from middle window by_slice as (partition by attempt_key order by slice);
comment on view testbed.network_commits is
  'What the network as a whole committed in each slice of the window, by the nodes that lived through it: the growth of the median over nodes of what each had committed so far. Ask for one attempt_key at a time.';

create view testbed.run_timeline_events as
select a.run_id, a.cell_id, a.node_count, a.repetition, a.attempt, a.is_counted, e.*,
  (extract(epoch from e.begun_at - e.planned_at) * 1000)::double precision as delay_ms,
  (extract(epoch from e.ended_at - e.begun_at) * 1000)::double precision as lasted_ms,
  h.held_tx_per_sec
from testbed.run_attempts a join testbed.timeline_events e using (attempt_key)
left join lateral (
  select sum(c.transactions) / nullif(sum(c.slice_ms) / 1000, 0) as held_tx_per_sec
  from testbed.network_commits c
  where c.attempt_key = a.attempt_key and e.begun_at is not null and c.at >= e.begun_at
    and (e.ended_at is null or c.at + c.slice_ms * interval '1 millisecond' <= e.ended_at)
) h on true;
comment on view testbed.run_timeline_events is 'timeline_events with their run, cell and repetition.';
comment on column testbed.run_timeline_events.held_tx_per_sec is
  'Committed by the whole network while it held, over the slices that lie within; null where nodes do not tell when they commit.';

create or replace view testbed.run_repetitions as
select a.run_id, u.name as run_name, u.started_at as run_started_at, a.cell_id, a.node_count,
  a.repetition, a.attempt, a.is_last, a.is_counted, a.verdict, a.attempt_key, a.repetition_id,
  a.started_at, a.ended_at, a.bring_up_ms, a.scrape_completeness, a.safety_violation_height,
  u.offered_tx_per_sec, n.window_seconds, n.nodes_reporting,
  n.scheduled / nullif(n.window_seconds, 0) as scheduled_tx_per_sec,
  n.committed_tx_per_sec,
  n.blocks_per_sec,
  n.committed_of_scheduled / nullif(n.scheduled, 0) as success_ratio,
  n.messages / nullif(n.committed, 0) as messages_per_operation,
  n.bytes / nullif(n.committed, 0) as bytes_per_operation,
  n.cpu_cores as cpu_cores_per_node,
  n.memory_bytes as memory_bytes_per_node,
  n.rounds_timed_out,
  n.periods_throttled / nullif(n.periods, 0) as throttled_ratio,
  l.count as latency_count, l.mean_us / 1000 as latency_mean_ms, l.p50_us / 1000 as latency_p50_ms,
  l.p95_us / 1000 as latency_p95_ms,
  case when l.count >= 1000 then l.p99_us / 1000 end as latency_p99_ms,
  l.max_us / 1000 as latency_max_ms, b.p50_us / 1000 as block_latency_p50_ms,
  n.memory_bytes_peak, a.shaper
from testbed.run_attempts a
join testbed.runs u on u.run_id = a.run_id
left join lateral (
  select count(window_seconds)::integer + (
      select count(window_seconds)::integer
      from testbed.nodes m join testbed.downed_nodes using (attempt_key, node_index)
      where m.attempt_key = a.attempt_key
    ) as nodes_reporting,
    avg(window_seconds) as window_seconds, sum(scheduled_in_window) as scheduled,
    case when d.is_whole then sum(committed_in_window)
      else percentile_disc(0.5) within group (order by transactions_committed desc)
    end as committed,
    sum(committed_of_window) as committed_of_scheduled,
    case when d.is_whole then sum(committed_in_window / nullif(window_seconds, 0))
      else percentile_disc(0.5) within group (
        order by transactions_committed / nullif(window_seconds, 0) desc)
    end as committed_tx_per_sec,
    percentile_cont(0.5) within group (order by blocks_committed / nullif(window_seconds, 0))
      as blocks_per_sec,
    sum(messages_sent) as messages, sum(bytes_sent) as bytes,
    avg(cpu_micros / 1e6 / nullif(window_seconds, 0)) as cpu_cores,
    avg(memory_bytes_max) as memory_bytes, max(memory_bytes_max) as memory_bytes_peak,
    max(rounds_timed_out) as rounds_timed_out,
    sum(cpu_periods) filter (where cpu_periods_throttled is not null) as periods,
    sum(cpu_periods_throttled) filter (where cpu_periods is not null) as periods_throttled
  from (
    select not exists (select from testbed.downed_nodes d where d.attempt_key = a.attempt_key)
      as is_whole
  ) d
  left join testbed.nodes n on n.attempt_key = a.attempt_key and n.window_seconds is not null
    and (d.is_whole or not exists (
      select from testbed.downed_nodes o
      where o.attempt_key = a.attempt_key and o.node_index = n.node_index))
  group by d.is_whole
) n on true
left join testbed.latencies l on l.attempt_key = a.attempt_key and l.kind = 'commit'
left join testbed.latencies b on b.attempt_key = a.attempt_key and b.kind = 'block';
comment on column testbed.run_repetitions.committed_tx_per_sec is
  'Sum over the clients of the nodes. Where a timeline took nodes down: the median over the others of all transactions that each saw committed.';

create or replace view testbed.merged_latencies as
select r.run_id, r.cell_id, r.repetition, r.attempt, k.kind, m.*
from testbed.repetitions r
cross join (values ('commit'), ('service'), ('send-lag'), ('block')) as k (kind)
cross join lateral (
  select max(total) as count,
    min(high_us) filter (where reached >= greatest(1, ceil(total * 0.50))) as p50_us,
    min(high_us) filter (where reached >= greatest(1, ceil(total * 0.95))) as p95_us,
    min(high_us) filter (where reached >= greatest(1, ceil(total * 0.99))) as p99_us,
    max(high_us) as max_us
  from (
    select high_us, sum(sum(bucket_count)) over (order by high_us)::numeric as reached,
      sum(sum(bucket_count)) over ()::numeric as total
    from testbed.histograms h
    cross join lateral unnest(h.bucket_highs_us, h.bucket_counts) as b (high_us, bucket_count)
    where h.attempt_key = r.attempt_key and h.kind = k.kind
      and not exists (
        select from testbed.downed_nodes d
        where d.attempt_key = h.attempt_key and d.node_index = h.node_index)
    group by high_us
  ) buckets
) m
where m.count > 0;
comment on view testbed.merged_latencies is
  'Percentiles computed here and now from the buckets of all nodes of an attempt that no timeline took down.';
`,
};
