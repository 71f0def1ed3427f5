import type { Migration } from './migration.ts';

/**
 * The common questions as one-liners. Every figure is computed from stored columns; the formulas
 * are explained in docs/database.md and must agree with analyse/.
 */
export const views: Migration = {
  version: 2,
  name: 'views',
  sql: /* sql */ `
create view testbed.run_attempts as
select r.*,
  r.attempt = max(r.attempt) over (partition by r.repetition_id) as is_last,
  r.attempt = max(r.attempt) over (partition by r.repetition_id)
    and r.verdict in ('valid', 'suspect') as is_counted
from testbed.repetitions r;
comment on view testbed.run_attempts is
  'repetitions, with is_last (the attempt that counts) and is_counted (last and not invalid).';

create view testbed.run_nodes as
select a.run_id, a.cell_id, a.repetition, a.attempt, a.is_counted, n.*,
  to_timestamp(n.window_start_unix_ms / 1000) as window_started_at,
  n.committed_in_window / nullif(n.window_seconds, 0) as committed_tx_per_sec,
  n.blocks_committed / nullif(n.window_seconds, 0) as blocks_per_sec,
  n.cpu_micros / 1e6 / nullif(n.window_seconds, 0) as cpu_cores,
  n.messages_sent / nullif(n.window_seconds, 0) as messages_sent_per_sec,
  n.bytes_sent / nullif(n.window_seconds, 0) as bytes_sent_per_sec
from testbed.run_attempts a join testbed.nodes n using (attempt_key);
comment on view testbed.run_nodes is 'nodes with their run, cell and repetition, and rates over the window.';

create view testbed.run_repetitions as
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
  l.max_us / 1000 as latency_max_ms, b.p50_us / 1000 as block_latency_p50_ms
from testbed.run_attempts a
join testbed.runs u on u.run_id = a.run_id
left join lateral (
  select count(window_seconds)::integer as nodes_reporting, avg(window_seconds) as window_seconds,
    sum(scheduled_in_window) as scheduled, sum(committed_in_window) as committed,
    sum(committed_of_window) as committed_of_scheduled,
    sum(committed_in_window / nullif(window_seconds, 0)) as committed_tx_per_sec,
    percentile_cont(0.5) within group (order by blocks_committed / nullif(window_seconds, 0))
      as blocks_per_sec,
    sum(messages_sent) as messages, sum(bytes_sent) as bytes,
    avg(cpu_micros / 1e6 / nullif(window_seconds, 0)) as cpu_cores,
    avg(memory_bytes_max) as memory_bytes, max(rounds_timed_out) as rounds_timed_out,
    sum(cpu_periods) filter (where cpu_periods_throttled is not null) as periods,
    sum(cpu_periods_throttled) filter (where cpu_periods is not null) as periods_throttled
  from testbed.nodes n where n.attempt_key = a.attempt_key
) n on true
left join testbed.latencies l on l.attempt_key = a.attempt_key and l.kind = 'commit'
left join testbed.latencies b on b.attempt_key = a.attempt_key and b.kind = 'block';
comment on view testbed.run_repetitions is
  'One row per attempt with every figure of the report. Use "where is_counted" for what the report counts.';
comment on column testbed.run_repetitions.blocks_per_sec is 'Median over nodes.';
comment on column testbed.run_repetitions.rounds_timed_out is 'Of the node with most.';
comment on column testbed.run_repetitions.latency_p99_ms is 'Null for fewer than 1000 transactions.';

create view testbed.run_cells as
select c.run_id, c.cell_id, c.node_count, c.repetitions_planned,
  count(distinct r.repetition_id)::integer as repetitions_done,
  (count(*) filter (where r.is_counted))::integer as repetitions_counted,
  avg(r.committed_tx_per_sec) filter (where r.is_counted) as committed_tx_per_sec,
  stddev_samp(r.committed_tx_per_sec) filter (where r.is_counted) as committed_tx_per_sec_sd,
  avg(r.blocks_per_sec) filter (where r.is_counted) as blocks_per_sec,
  avg(r.success_ratio) filter (where r.is_counted) as success_ratio,
  avg(r.latency_mean_ms) filter (where r.is_counted) as latency_mean_ms,
  avg(r.latency_p50_ms) filter (where r.is_counted) as latency_p50_ms,
  avg(r.latency_p95_ms) filter (where r.is_counted) as latency_p95_ms,
  avg(r.latency_p99_ms) filter (where r.is_counted) as latency_p99_ms,
  avg(r.latency_max_ms) filter (where r.is_counted) as latency_max_ms,
  avg(r.messages_per_operation) filter (where r.is_counted) as messages_per_operation,
  avg(r.bytes_per_operation) filter (where r.is_counted) as bytes_per_operation,
  avg(r.cpu_cores_per_node) filter (where r.is_counted) as cpu_cores_per_node,
  avg(r.memory_bytes_per_node) filter (where r.is_counted) as memory_bytes_per_node,
  avg(r.rounds_timed_out) filter (where r.is_counted) as rounds_timed_out,
  avg(r.bring_up_ms) filter (where r.is_counted) as bring_up_ms
from testbed.cells c left join testbed.run_repetitions r using (run_id, cell_id)
group by c.run_id, c.cell_id;
comment on view testbed.run_cells is
  'One row per cell: means over the counted repetitions. A percentile here is the mean of the percentiles of the repetitions, whose spread is what an interval is made of; merged_latencies has the percentile of all.';

create view testbed.run_overview as
select u.run_id, u.name, u.status, u.runtime, u.started_at, u.ended_at, u.sizes,
  u.repetitions_planned,
  (select count(distinct repetition_id)::integer from testbed.repetitions r
    where r.run_id = u.run_id) as repetitions_done,
  (select count(*)::integer from testbed.run_attempts r
    where r.run_id = u.run_id and r.is_last and r.verdict = 'valid') as repetitions_valid,
  u.plan_hash, u.seed, u.warnings, u.failure_code, u.failure_message,
  p.testbed_version, p.git_commit, p.git_dirty, p.node_version, p.node_image, p.node_image_name,
  h.hostname, h.kernel, h.os_name, h.cpu_model, h.cores, h.memory_bytes, h.engine_version
from testbed.runs u
left join testbed.provenance p on p.run_id = u.run_id
left join testbed.host_facts h on h.run_id = u.run_id;
comment on view testbed.run_overview is 'runs with provenance, host and counts of repetitions.';

create view testbed.run_phases as
select r.run_id, r.cell_id, r.repetition, r.attempt, p.phase, p.started_at, p.ended_at
from testbed.phases p join testbed.repetitions r using (attempt_key);
comment on view testbed.run_phases is 'Phases with their run, for annotations.';

create view testbed.run_events as
select r.run_id, r.cell_id, r.repetition, r.attempt, e.at, e.kind, e.node_index, e.text
from testbed.events e join testbed.repetitions r using (attempt_key);
comment on view testbed.run_events is 'Events with their run, for annotations.';

create view testbed.samples as
select r.run_id, r.cell_id, r.repetition, r.attempt, s.node_index, s.metric, v.at, v.value
from testbed.series s join testbed.repetitions r using (attempt_key)
cross join lateral unnest(s.at, s.value) as v (at, value);
comment on view testbed.samples is 'One scraped value per row.';

create view testbed.node_slices as
select r.run_id, r.cell_id, r.repetition, r.attempt, n.node_index, v.slice - 1 as slice,
  to_timestamp((n.window_start_unix_ms + (v.slice - 1) * n.slice_ms) / 1000) as at,
  v.scheduled, v.committed
from testbed.nodes n join testbed.repetitions r using (attempt_key)
cross join lateral unnest(n.slices_scheduled, n.slices_committed)
  with ordinality as v (scheduled, committed, slice);
comment on view testbed.node_slices is
  'Own transactions of a node due and committed in each slice of the window; slice counts from 0.';

create view testbed.committed_digests as
select r.run_id, r.cell_id, r.repetition, r.attempt, d.node_index, v.height, v.digest
from testbed.log_digests d join testbed.repetitions r using (attempt_key)
cross join lateral unnest(d.heights, d.digests) as v (height, digest);
comment on view testbed.committed_digests is 'Digest of a node''s committed log at one height per row.';

create view testbed.merged_latencies as
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
    group by high_us
  ) buckets
) m
where m.count > 0;
comment on view testbed.merged_latencies is
  'Percentiles computed here and now from the buckets of all nodes of an attempt.';
`,
};
