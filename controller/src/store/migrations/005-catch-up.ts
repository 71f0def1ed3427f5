import type { Migration } from './migration.ts';

/** When nodes had caught up after a cut; repetitions that were cut are not done. */
export const catchUp: Migration = {
  version: 5,
  name: 'catch-up',
  sql: `
alter table testbed.network_changes add column caught_up_at timestamptz;
comment on column testbed.network_changes.caught_up_at is
  'Of a change that takes a cut back: first scrape at which the node was no further behind than one scrape; null if it was not seen.';

create or replace view testbed.change_times as
select a.run_id, a.cell_id, a.node_count, a.repetition, a.attempt, a.is_counted, c.change_index,
  c.kind, c.text, c.planned_at, count(*)::integer as nodes,
  count(c.applied_at)::integer as nodes_applied,
  min(c.applied_at) as first_applied_at, max(c.applied_at) as last_applied_at,
  (extract(epoch from max(c.applied_at) - min(c.applied_at)) * 1000)::double precision as spread_ms,
  (extract(epoch from max(c.applied_at) - c.planned_at) * 1000)::double precision as delay_ms,
  count(c.caught_up_at)::integer as nodes_caught_up,
  (extract(epoch from max(c.caught_up_at) - max(c.applied_at)) * 1000)::double precision
    as caught_up_ms
from testbed.run_attempts a join testbed.network_changes c using (attempt_key)
group by a.run_id, a.cell_id, a.node_count, a.repetition, a.attempt, a.is_counted, c.change_index,
  c.kind, c.text, c.planned_at;
comment on column testbed.change_times.caught_up_ms is
  'Of a change that takes a cut back: from its effect at the last node to the last node that caught up.';

create or replace view testbed.run_overview as
select u.run_id, u.name, u.status, u.runtime, u.started_at, u.ended_at, u.sizes,
  u.repetitions_planned,
  (select count(*)::integer from testbed.run_attempts r
    where r.run_id = u.run_id and r.is_last and r.failure_code is distinct from 'INTERRUPTED')
    as repetitions_done,
  (select count(*)::integer from testbed.run_attempts r
    where r.run_id = u.run_id and r.is_last and r.verdict = 'valid') as repetitions_valid,
  u.plan_hash, u.seed, u.warnings, u.failure_code, u.failure_message,
  p.testbed_version, p.git_commit, p.git_dirty, p.node_version, p.node_image, p.node_image_name,
  h.hostname, h.kernel, h.os_name, h.cpu_model, h.cores, h.memory_bytes, h.engine_version,
  u.shaper, u.network
from testbed.runs u
left join testbed.provenance p on p.run_id = u.run_id
left join testbed.host_facts h on h.run_id = u.run_id;
`,
};
