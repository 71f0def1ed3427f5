import type { Migration } from './migration.ts';

/**
 * How the network of a repetition was shaped, and what was measured of that. Runs from before had
 * no shaper. Views that exist get their new columns at the end, as Postgres wants it.
 */
export const networks: Migration = {
  version: 3,
  name: 'networks',
  sql: /* sql */ `
alter table testbed.runs
  add column shaper text not null default 'none'
    check (shaper in ('netem', 'userspace', 'none')),
  add column network text not null default '';
comment on column testbed.runs.shaper is
  'netem: in the kernel. userspace: in the transport of the nodes. none: unshaped. Runs under different shapers are not comparable.';
comment on column testbed.runs.network is
  'The network in a few words, of the largest size if sizes differ: wan, or regions: eu 3, us 4. Empty for an unshaped one.';

alter table testbed.repetitions add column shaper text
  check (shaper in ('netem', 'userspace', 'none'));
comment on column testbed.repetitions.shaper is
  'Null: nothing was shaped, or the attempt ended before it was.';

create table testbed.link_checks (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  at timestamptz not null,
  occasion text not null check (occasion in ('before', 'again')),
  from_region text not null,
  to_region text not null,
  from_node integer not null,
  to_node integer not null,
  quantity text not null check (quantity in ('rtt-median', 'rtt-range', 'loss', 'rate')),
  asked text not null,
  planned double precision not null,
  measured double precision,
  low double precision not null,
  high double precision not null,
  samples double precision not null,
  is_within boolean not null,
  primary key (attempt_key, position)
);
comment on table testbed.link_checks is
  'One property of the link from one region to another, as asked for, as planned, and as measured between two of its nodes.';
comment on column testbed.link_checks.occasion is
  'before: ahead of any load. again: after a node had been disturbed.';
comment on column testbed.link_checks.quantity is
  'rtt-median: ms. rtt-range: share of round trips inside what was asked. loss: share of packets lost. rate: bits per second.';
comment on column testbed.link_checks.asked is 'What the scenario says, for people.';
comment on column testbed.link_checks.low is 'What passes: low to high, in the unit of the quantity.';
comment on column testbed.link_checks.samples is 'Round trips, packets or milliseconds measured; measured is null if nothing was.';

create table testbed.link_counters (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  node_index integer not null,
  to_region text not null,
  packets double precision not null,
  bytes double precision not null,
  dropped double precision not null,
  queue_dropped double precision not null,
  primary key (attempt_key, position)
);
comment on table testbed.link_counters is
  'Traffic of one node to one region between verification and the end of the drain.';
comment on column testbed.link_counters.dropped is 'On purpose or by a full queue.';
comment on column testbed.link_counters.queue_dropped is
  'Of those, more than the loss asked for explains: the queue was full.';

create table testbed.network_changes (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  change_index integer not null,
  kind text not null,
  text text not null,
  planned_at timestamptz not null,
  node_index integer not null,
  applied_at timestamptz,
  error text,
  primary key (attempt_key, position)
);
create index network_changes_time on testbed.network_changes (planned_at);
comment on table testbed.network_changes is 'One planned change of the network at one node.';
comment on column testbed.network_changes.applied_at is
  'When it took effect there, by the clock of the host of the node; null if it did not.';

create table testbed.disturbances (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  node_index integer not null,
  at timestamptz not null,
  text text not null,
  shaped_again_at timestamptz,
  primary key (attempt_key, position)
);
comment on table testbed.disturbances is
  'A node that restarted, or lost and regained its data link.';
comment on column testbed.disturbances.shaped_again_at is
  'When it was shaped and verified again; null if it was not.';

create table testbed.drift (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  text text not null,
  primary key (attempt_key, position)
);
comment on table testbed.drift is
  'What the kernel had at the end that the plan had not set, or the other way round; no rows if the program was intact.';

create or replace view testbed.run_attempts as
select r.attempt_key, r.repetition_id, r.run_id, r.cell_id, r.repetition, r.attempt, r.node_count,
  r.seed, r.started_at, r.ended_at, r.verdict, r.safety_violation_height, r.failure_code,
  r.failure_message, r.bring_up_ms, r.scrape_completeness, r.saved_at,
  r.attempt = max(r.attempt) over (partition by r.repetition_id) as is_last,
  r.attempt = max(r.attempt) over (partition by r.repetition_id)
    and r.verdict in ('valid', 'suspect') as is_counted,
  r.shaper
from testbed.repetitions r;

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
  select count(window_seconds)::integer as nodes_reporting, avg(window_seconds) as window_seconds,
    sum(scheduled_in_window) as scheduled, sum(committed_in_window) as committed,
    sum(committed_of_window) as committed_of_scheduled,
    sum(committed_in_window / nullif(window_seconds, 0)) as committed_tx_per_sec,
    percentile_cont(0.5) within group (order by blocks_committed / nullif(window_seconds, 0))
      as blocks_per_sec,
    sum(messages_sent) as messages, sum(bytes_sent) as bytes,
    avg(cpu_micros / 1e6 / nullif(window_seconds, 0)) as cpu_cores,
    avg(memory_bytes_max) as memory_bytes, max(memory_bytes_max) as memory_bytes_peak,
    max(rounds_timed_out) as rounds_timed_out,
    sum(cpu_periods) filter (where cpu_periods_throttled is not null) as periods,
    sum(cpu_periods_throttled) filter (where cpu_periods is not null) as periods_throttled
  from testbed.nodes n where n.attempt_key = a.attempt_key
) n on true
left join testbed.latencies l on l.attempt_key = a.attempt_key and l.kind = 'commit'
left join testbed.latencies b on b.attempt_key = a.attempt_key and b.kind = 'block';
comment on column testbed.run_repetitions.memory_bytes_peak is 'Of the node with most.';

create or replace view testbed.run_overview as
select u.run_id, u.name, u.status, u.runtime, u.started_at, u.ended_at, u.sizes,
  u.repetitions_planned,
  (select count(distinct repetition_id)::integer from testbed.repetitions r
    where r.run_id = u.run_id) as repetitions_done,
  (select count(*)::integer from testbed.run_attempts r
    where r.run_id = u.run_id and r.is_last and r.verdict = 'valid') as repetitions_valid,
  u.plan_hash, u.seed, u.warnings, u.failure_code, u.failure_message,
  p.testbed_version, p.git_commit, p.git_dirty, p.node_version, p.node_image, p.node_image_name,
  h.hostname, h.kernel, h.os_name, h.cpu_model, h.cores, h.memory_bytes, h.engine_version,
  u.shaper, u.network
from testbed.runs u
left join testbed.provenance p on p.run_id = u.run_id
left join testbed.host_facts h on h.run_id = u.run_id;

create view testbed.run_link_checks as
select a.run_id, a.cell_id, a.node_count, a.repetition, a.attempt, a.is_last, a.is_counted,
  a.verdict, a.shaper, k.*,
  case k.quantity when 'rtt-median' then 'ms' when 'rate' then 'bit/s' else '0 to 1' end as unit
from testbed.run_attempts a join testbed.link_checks k using (attempt_key);
comment on view testbed.run_link_checks is 'link_checks with their run, cell and repetition.';

create view testbed.link_matrix as
select k.run_id, k.cell_id, k.node_count, k.shaper, k.from_region, k.to_region, k.quantity, k.unit,
  k.asked, k.planned,
  case
    when c.counted > 0 and k.quantity = 'loss' then
      sum(k.measured * k.samples) filter (where k.is_counted)
        / nullif(sum(k.samples) filter (where k.is_counted and k.measured is not null), 0)
    when c.counted > 0 then
      percentile_cont(0.5) within group (order by k.measured) filter (where k.is_counted)
    when k.quantity = 'loss' then sum(k.measured * k.samples)
      / nullif(sum(k.samples) filter (where k.measured is not null), 0)
    else percentile_cont(0.5) within group (order by k.measured)
  end as measured,
  min(k.measured) as measured_min, max(k.measured) as measured_max,
  max(k.low) as low, min(k.high) as high,
  count(*)::integer as checks,
  (count(*) filter (where k.is_within))::integer as checks_within,
  (count(*) filter (where k.samples = 0))::integer as checks_unmeasured,
  bool_and(k.is_within) as is_within
from testbed.run_link_checks k
join (
  select run_id, cell_id, count(*) filter (where is_counted) as counted
  from testbed.run_link_checks where is_last group by run_id, cell_id
) c on c.run_id = k.run_id and c.cell_id = k.cell_id
where k.is_last
group by k.run_id, k.cell_id, k.node_count, k.shaper, k.from_region, k.to_region, k.quantity,
  k.unit, k.asked, k.planned, c.counted;
comment on view testbed.link_matrix is
  'One row per pair of regions, quantity and what was asked for: asked, planned, measured, within. Measured is the median over the counted repetitions (of loss: over all their packets), or over all if none is counted; the rest is over all last attempts.';
comment on column testbed.link_matrix.low is 'The narrowest tolerance of all checks: low to high.';
comment on column testbed.link_matrix.is_within is 'Whether every check was; one that was not measured is not.';

create view testbed.change_times as
select a.run_id, a.cell_id, a.node_count, a.repetition, a.attempt, a.is_counted, c.change_index,
  c.kind, c.text, c.planned_at, count(*)::integer as nodes,
  count(c.applied_at)::integer as nodes_applied,
  min(c.applied_at) as first_applied_at, max(c.applied_at) as last_applied_at,
  (extract(epoch from max(c.applied_at) - min(c.applied_at)) * 1000)::double precision as spread_ms,
  (extract(epoch from max(c.applied_at) - c.planned_at) * 1000)::double precision as delay_ms
from testbed.run_attempts a join testbed.network_changes c using (attempt_key)
group by a.run_id, a.cell_id, a.node_count, a.repetition, a.attempt, a.is_counted, c.change_index,
  c.kind, c.text, c.planned_at;
comment on view testbed.change_times is
  'One row per planned change and attempt: when it took effect, and how far apart the nodes were.';
comment on column testbed.change_times.spread_ms is 'Last node minus first node.';
comment on column testbed.change_times.delay_ms is 'Last node minus the planned time.';
`,
};
