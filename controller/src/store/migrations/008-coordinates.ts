import type { Migration } from './migration.ts';

/**
 * A cell is a combination of values, and carries what held in it. Runs from before varied the size
 * alone: everything else was the same in all of their cells, and stands with the run.
 */
export const coordinates: Migration = {
  version: 8,
  name: 'coordinates',
  sql: /* sql */ `
alter table testbed.runs add column varied text not null default '';
comment on column testbed.runs.varied is
  'What is varied besides the size, in words: network lan | wan, rate 200 | 1000 tx/s. Empty if nothing is.';
comment on column testbed.runs.sizes is 'Node counts of the run, ascending, each once.';
comment on column testbed.runs.offered_tx_per_sec is
  'Planned load over the whole network, as the scenario states it; where it is varied, that of a cell is in cells.';
comment on column testbed.runs.measure_ms is
  'As the scenario states it; where it is varied, that of a cell is in cells.';

alter table testbed.cells
  add column coordinates jsonb,
  add column shaper text check (shaper in ('netem', 'userspace', 'none')),
  add column network text,
  add column offered_tx_per_sec double precision,
  add column tx_size_bytes double precision,
  add column measure_ms double precision,
  add column topology text,
  add column image text;

update testbed.cells c set
  coordinates = jsonb_build_object('nodes', c.node_count),
  shaper = u.shaper,
  network = u.network,
  offered_tx_per_sec = u.offered_tx_per_sec,
  tx_size_bytes = u.tx_size_bytes,
  measure_ms = u.measure_ms,
  topology = case u.plan #>> '{scenario,topology,kind}'
    when 'mesh' then format('mesh (degree %s)', u.plan #>> '{scenario,topology,degree}')
    when 'random' then format('random (degree %s, seed %s)',
      u.plan #>> '{scenario,topology,degree}', u.plan #>> '{scenario,topology,seed}')
    when 'hierarchical' then format('hierarchical (groups of %s, %s below each)',
      u.plan #>> '{scenario,topology,groupSize}', u.plan #>> '{scenario,topology,branching}')
    when 'edges' then 'edges as listed'
    else coalesce(u.plan #>> '{scenario,topology,kind}', 'full')
  end,
  image = coalesce(u.plan #>> '{scenario,image}', '')
from testbed.runs u where u.run_id = c.run_id;

alter table testbed.cells
  alter column coordinates set not null,
  alter column shaper set not null,
  alter column network set not null,
  alter column offered_tx_per_sec set not null,
  alter column tx_size_bytes set not null,
  alter column measure_ms set not null,
  alter column topology set not null,
  alter column image set not null;
comment on column testbed.cells.coordinates is
  'Its value on each axis, by field: {"nodes": 16, "network": "wan", "load.rate": 1000}. Numbers are in base units (ms, bytes, 0 to 1).';
comment on column testbed.cells.position is 'Its place in reports, from 0.';
comment on column testbed.cells.network is
  'The network of this cell in a few words; empty if unshaped.';
comment on column testbed.cells.offered_tx_per_sec is 'Planned load over the whole network.';
comment on column testbed.cells.measure_ms is 'Length of the measured window.';
comment on column testbed.cells.topology is
  'Who keeps a link to whom: full, or ring, star, mesh (degree 4) and so on.';
comment on column testbed.cells.image is 'As the scenario names it.';

do $$
declare
  attempts text := rtrim(pg_get_viewdef('testbed.run_repetitions'::regclass), E'; \\n');
  figures text;
begin
  -- Every column as it is, whatever steps before this one made of the view; but the load is the cell's.
  select string_agg(
    case attname when 'offered_tx_per_sec' then 'c.offered_tx_per_sec' else format('r.%I', attname) end,
    ', ' order by attnum) into figures
  from pg_attribute
  where attrelid = 'testbed.run_repetitions'::regclass and attnum > 0 and not attisdropped;
  execute format(
    'create or replace view testbed.run_repetitions as select %s, c.coordinates, c.network,
       c.topology, c.image, c.tx_size_bytes, c.measure_ms
     from (%s) r join testbed.cells c on c.run_id = r.run_id and c.cell_id = r.cell_id',
    figures, attempts);
end $$;
comment on column testbed.run_repetitions.offered_tx_per_sec is 'Of its cell.';
comment on column testbed.run_repetitions.coordinates is 'Of its cell, by field of the scenario.';

create or replace view testbed.run_cells as
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
  avg(r.bring_up_ms) filter (where r.is_counted) as bring_up_ms,
  c.position, c.coordinates, c.shaper, c.network, c.topology, c.image, c.offered_tx_per_sec,
  c.tx_size_bytes, c.measure_ms
from testbed.cells c left join testbed.run_repetitions r using (run_id, cell_id)
group by c.run_id, c.cell_id;
comment on column testbed.run_cells.coordinates is 'Its value on each axis, by field of the scenario.';

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
  u.shaper, u.network, u.varied
from testbed.runs u
left join testbed.provenance p on p.run_id = u.run_id
left join testbed.host_facts h on h.run_id = u.run_id;
`,
};
