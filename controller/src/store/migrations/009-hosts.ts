import type { Migration } from './migration.ts';

/** A run has a list of hosts; nodes and samples name theirs. Runs from before have one, host 0. */
export const hosts: Migration = {
  version: 9,
  name: 'hosts',
  sql: /* sql */ `
alter table testbed.host_facts add column host integer not null default 0;
alter table testbed.host_facts alter column host drop default;
alter table testbed.host_facts drop constraint host_facts_pkey;
alter table testbed.host_facts add primary key (run_id, host);
comment on table testbed.host_facts is 'The machines the nodes ran on, one row each.';
comment on column testbed.host_facts.host is 'Its number in the run, from 0.';

alter table testbed.nodes add column host integer not null default 0;
alter table testbed.nodes alter column host drop default;
comment on column testbed.nodes.host is 'Number of the host that it ran on, see host_facts.';

alter table testbed.host_samples add column host integer not null default 0;
alter table testbed.host_samples alter column host drop default;
comment on column testbed.host_samples.host is 'Number of the host, see host_facts.';

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
left join testbed.host_facts h on h.run_id = u.run_id and h.host = 0;
comment on view testbed.run_overview is
  'runs with provenance, the first host and counts of repetitions.';
`,
};
