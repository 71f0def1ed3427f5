import type { Migration } from './migration.ts';

/**
 * Tables for everything a run records. Measured figures are `double precision`: it carries every
 * number JavaScript can hold (integers exactly up to 2^53, NaN and infinities too), sums without
 * overflow and divides without truncation. Series are arrays, one row per node and metric: five
 * times smaller and faster than a row per value; the view `samples` unfolds them.
 */
export const records: Migration = {
  version: 1,
  name: 'records',
  sql: /* sql */ `
comment on schema testbed is
  'Runs of prsm-testbed: what was asked for, what was measured, and how far to believe it.';

create table testbed.runs (
  run_id text primary key,
  name text not null,
  status text not null check (status in ('running', 'completed', 'interrupted', 'failed')),
  runtime text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  plan_hash text not null,
  seed bigint not null,
  protocol text not null,
  sizes integer[] not null,
  repetitions_planned integer not null,
  arrivals text not null,
  offered_tx_per_sec double precision not null,
  tx_size_bytes double precision not null,
  warmup_ms double precision not null,
  measure_ms double precision not null,
  cpus_per_node double precision,
  memory_bytes_per_node double precision,
  plan jsonb not null,
  warnings text[] not null,
  failure_code text,
  failure_message text,
  saved_at timestamptz not null
);
create index runs_started_at on testbed.runs (started_at desc);
comment on table testbed.runs is 'One stored execution of a plan.';
comment on column testbed.runs.plan is 'Scenario, cells and order of execution; plan_hash is its SHA-256 over canonical JSON.';
comment on column testbed.runs.sizes is 'Node counts of the sweep, ascending.';
comment on column testbed.runs.offered_tx_per_sec is 'Planned load over the whole network.';
comment on column testbed.runs.cpus_per_node is 'CPU limit in cores; null = no limit.';
comment on column testbed.runs.memory_bytes_per_node is 'Memory limit; null = no limit.';
comment on column testbed.runs.warnings is 'What to check before trusting the result.';
comment on column testbed.runs.failure_code is 'Why the run ended early; null if it did not.';
comment on column testbed.runs.saved_at is 'When the controller saved this version; an older version never replaces a newer one.';

create table testbed.provenance (
  run_id text primary key references testbed.runs on delete cascade,
  testbed_version text not null,
  git_commit text,
  git_dirty boolean,
  contract_version integer not null,
  node_version text not null,
  node_image text not null,
  node_image_name text not null,
  command_line text not null
);
comment on table testbed.provenance is 'Where the numbers of a run come from.';
comment on column testbed.provenance.node_version is 'Node.js that ran the controller.';
comment on column testbed.provenance.node_image is 'Image id for docker, hash of the bundle for process.';

create table testbed.host_facts (
  run_id text primary key references testbed.runs on delete cascade,
  hostname text not null,
  kernel text not null,
  os_name text not null,
  cpu_model text not null,
  cores double precision not null,
  memory_bytes double precision not null,
  cgroup_version integer,
  engine_version text,
  engine_api_version text,
  is_local boolean not null
);
comment on table testbed.host_facts is 'The machine the nodes ran on.';
comment on column testbed.host_facts.engine_version is 'Docker Engine; null on the process runtime.';
comment on column testbed.host_facts.is_local is 'False for a remote engine: host load was not observed.';

create table testbed.cells (
  run_id text not null references testbed.runs on delete cascade,
  cell_id text not null,
  position integer not null,
  node_count integer not null,
  faulty_max integer not null,
  quorum integer not null,
  connections integer not null,
  repetitions_planned integer not null,
  primary key (run_id, cell_id)
);
comment on table testbed.cells is 'One combination of the axes of a run.';

create table testbed.repetitions (
  attempt_key bigint generated always as identity primary key,
  repetition_id text not null,
  run_id text not null references testbed.runs on delete cascade,
  cell_id text not null,
  repetition integer not null,
  attempt integer not null,
  node_count integer not null,
  seed bigint not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  verdict text not null check (verdict in ('valid', 'suspect', 'invalid')),
  safety_violation_height bigint,
  failure_code text,
  failure_message text,
  bring_up_ms double precision,
  scrape_completeness double precision not null,
  saved_at timestamptz not null,
  unique (repetition_id, attempt)
);
create index repetitions_run on testbed.repetitions (run_id, cell_id, repetition, attempt);
comment on table testbed.repetitions is
  'One execution of a cell on a fresh network. An invalid one may be redone: of the rows with one repetition_id only the highest attempt counts.';
comment on column testbed.repetitions.attempt_key is 'Key of this attempt in all tables below.';
comment on column testbed.repetitions.repetition is 'Counts from 0 within the cell.';
comment on column testbed.repetitions.safety_violation_height is 'First height at which nodes disagree; null = they agree.';
comment on column testbed.repetitions.bring_up_ms is 'First node created to all nodes ready.';
comment on column testbed.repetitions.scrape_completeness is 'Scrapes that answered over scrapes due, 0 to 1.';

create table testbed.safety_groups (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  digest text not null,
  nodes integer[] not null,
  primary key (attempt_key, position)
);
comment on table testbed.safety_groups is
  'Which nodes hold which log at the height of a safety violation; one row per group.';

create table testbed.verdict_reasons (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  code text not null,
  verdict text not null check (verdict in ('suspect', 'invalid')),
  text text not null,
  measured_value double precision,
  limit_value double precision,
  primary key (attempt_key, position)
);
comment on table testbed.verdict_reasons is 'Why an attempt is less than valid.';

create table testbed.phases (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  phase text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  primary key (attempt_key, position)
);
create index phases_time on testbed.phases (started_at, ended_at);
comment on table testbed.phases is 'start, ready, warmup, measure, drain, collect, stop.';

create table testbed.events (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  at timestamptz not null,
  kind text not null,
  node_index integer,
  text text not null,
  primary key (attempt_key, position)
);
create index events_time on testbed.events (at);
comment on table testbed.events is 'One thing that happened at one time; node_index null = whole network.';

create table testbed.nodes (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  node_index integer not null,
  position integer not null,
  name text not null,
  region text,
  peer_id text not null,
  data_address text not null,
  exit_code integer,
  oom_killed boolean,
  window_start_unix_ms double precision,
  window_end_unix_ms double precision,
  window_seconds double precision
    generated always as ((window_end_unix_ms - window_start_unix_ms) / 1000) stored,
  scheduled_in_window double precision,
  committed_of_window double precision,
  rejected_of_window double precision,
  committed_in_window double precision,
  blocks_committed double precision,
  blocks_proposed double precision,
  transactions_committed double precision,
  rounds_entered double precision,
  rounds_timed_out double precision,
  messages_sent double precision,
  messages_received double precision,
  bytes_sent double precision,
  bytes_received double precision,
  messages_dropped double precision,
  signatures_verified double precision,
  cpu_micros double precision,
  memory_bytes_max double precision,
  cpu_periods double precision,
  cpu_periods_throttled double precision,
  memory_limit_bytes double precision,
  event_loop_delay_ms_p99 double precision,
  slice_ms double precision,
  slices_scheduled double precision[],
  slices_committed double precision[],
  primary key (attempt_key, node_index)
);
comment on table testbed.nodes is
  'One node in one attempt. Counters are their growth inside the measured window; all null if the node delivered no results.';
comment on column testbed.nodes.exit_code is 'Of the process, if it was seen to end; oom_killed is null if not.';
comment on column testbed.nodes.scheduled_in_window is 'Transactions of this node due inside the window.';
comment on column testbed.nodes.committed_of_window is 'Of those due inside the window, committed (whenever).';
comment on column testbed.nodes.rejected_of_window is 'Of those due inside the window, refused.';
comment on column testbed.nodes.committed_in_window is 'Own transactions whose commit fell inside the window: the numerator of throughput.';
comment on column testbed.nodes.transactions_committed is 'Transactions in blocks that this node committed, of all nodes.';
comment on column testbed.nodes.cpu_micros is 'CPU time in microseconds.';
comment on column testbed.nodes.memory_bytes_max is 'Largest value seen inside the window.';
comment on column testbed.nodes.cpu_periods is 'CFS scheduling periods; null outside a limited container.';
comment on column testbed.nodes.slice_ms is 'Length of one slice of the window; slices_* hold one value per slice.';

create table testbed.histograms (
  attempt_key bigint not null,
  node_index integer not null,
  kind text not null,
  encoding text not null,
  encoded text not null,
  count double precision,
  mean_us double precision,
  p50_us double precision,
  p95_us double precision,
  p99_us double precision,
  max_us double precision,
  bucket_highs_us double precision[],
  bucket_counts double precision[],
  primary key (attempt_key, node_index, kind),
  foreign key (attempt_key, node_index) references testbed.nodes on delete cascade
);
comment on table testbed.histograms is
  'Latency histograms of one node in microseconds, 3 significant digits. Merge buckets, never average percentiles.';
comment on column testbed.histograms.kind is
  'commit: due time to commit. service: actual send to commit. send-lag: due time to actual send. block: creation of a block at its leader to its commit.';
comment on column testbed.histograms.encoded is
  'hdr-v2: base64 of an HdrHistogram V2 compressed encoding. counts: JSON of [value, count] pairs.';
comment on column testbed.histograms.bucket_highs_us is
  'Highest value equivalent to each non-empty bucket, ascending; null if the encoding is unreadable.';

create table testbed.latencies (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  kind text not null,
  nodes_merged integer not null,
  count double precision not null,
  mean_us double precision,
  p50_us double precision,
  p95_us double precision,
  p99_us double precision,
  max_us double precision,
  primary key (attempt_key, kind)
);
comment on table testbed.latencies is
  'Histograms of all nodes of an attempt merged, for dashboards; the view merged_latencies computes the same from histograms.';

create table testbed.log_digests (
  attempt_key bigint not null,
  node_index integer not null,
  committed_height bigint not null,
  heights bigint[] not null,
  digests text[] not null,
  primary key (attempt_key, node_index),
  foreign key (attempt_key, node_index) references testbed.nodes on delete cascade
);
comment on table testbed.log_digests is
  'Running digest of the committed log of a node at some heights: equal digests at one height mean equal logs up to it.';

create table testbed.series (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  node_index integer not null,
  metric text not null,
  at timestamptz[] not null,
  value double precision[] not null,
  primary key (attempt_key, position)
);
create index series_metric on testbed.series (attempt_key, metric);
comment on table testbed.series is
  'One metric of one node in one attempt: values as scraped (counters are raw). The view samples has one row per value.';
comment on column testbed.series.metric is 'Prometheus name with all labels but the node''s own.';

create table testbed.host_samples (
  attempt_key bigint not null references testbed.repetitions on delete cascade,
  position integer not null,
  at timestamptz not null,
  period_ms double precision not null,
  cpu_busy_ratio double precision not null,
  cpu_own_ratio double precision not null,
  cpu_foreign_ratio double precision not null,
  cpu_steal_ratio double precision not null,
  psi_cpu_some_ratio double precision,
  psi_memory_some_ratio double precision,
  psi_io_full_ratio double precision,
  memory_available_bytes double precision not null,
  swap_in_pages double precision not null,
  controller_loop_delay_ms_p99 double precision not null,
  primary key (attempt_key, position)
);
create index host_samples_time on testbed.host_samples (at);
comment on table testbed.host_samples is
  'The host over one sampling period that ends at "at". Ratios are 0 to 1 of all cores; psi_* are the share of time in which something stalled, null where the host does not tell.';
comment on column testbed.host_samples.cpu_own_ratio is 'Controller, nodes and container engine.';
`,
};
