import type { ClientBase } from 'pg';
import { countsOf } from '../../lib/group-by.ts';
import { describeVaried, sizesOf } from '../../model/axes.ts';
import type { Cell } from '../../model/plan.ts';
import type { RunRecord } from '../../model/record.ts';
import { describeNetwork, describeNetworks } from '../../plan/describe-network.ts';
import { describeTopology } from '../../plan/describe-topology.ts';
import { askedCpus } from '../../plan/resolve-limits.ts';
import { encodeJson } from '../codec/json.ts';
import { encodeText } from '../codec/text.ts';
import { encodeTimestamp } from './copy.ts';

/**
 * Inserts a run, or replaces status, end, warnings, failure and claims of the one that exists, in one
 * transaction. A version that was saved earlier than the stored one changes nothing.
 */
export async function writeRun(client: ClientBase, run: RunRecord, savedAt: Date): Promise<void> {
  await client.query('begin');
  const done = await upsertRun(client, run, savedAt);
  if (done === 'inserted') {
    await insertProvenance(client, run);
    await insertHosts(client, run);
    await insertCells(client, run);
  }
  // Nodes say who they are as the run goes on.
  if (done === 'replaced') await updateClaims(client, run);
  await client.query('commit');
}

type Parameter = string | number | boolean | null | readonly number[] | readonly string[];

/** kept: a newer version is stored. */
type Upserted = 'inserted' | 'replaced' | 'kept';

async function upsertRun(client: ClientBase, run: RunRecord, savedAt: Date): Promise<Upserted> {
  const { scenario } = run.plan;
  const values: readonly (readonly [string, Parameter])[] = [
    ['run_id', run.id],
    ['name', encodeText(run.name)],
    ['status', run.status],
    ['runtime', run.runtime],
    ['started_at', encodeTimestamp(run.startedAt)],
    ['ended_at', run.endedAt === null ? null : encodeTimestamp(run.endedAt)],
    ['plan_hash', run.plan.hash],
    ['seed', scenario.seed],
    ['protocol', scenario.engine.protocol],
    ['sizes', sizesOf(run.plan)],
    ['varied', encodeText(describeVaried(run.plan.axes))],
    ['repetitions_planned', run.plan.order.length],
    ['arrivals', scenario.load.arrivals],
    ['offered_tx_per_sec', scenario.load.rateTxPerSec],
    ['tx_size_bytes', scenario.load.sizeBytes],
    ['warmup_ms', scenario.phases.warmupMs],
    ['measure_ms', scenario.phases.measureMs],
    ['cpus_per_node', askedCpus(run.plan, scenario.resources, run.hosts[0]?.cores ?? 0)],
    ['memory_bytes_per_node', scenario.resources.memoryBytes],
    ['shaper', run.plan.shaper],
    ['network', encodeText(describeNetworks(run.plan))],
    ['plan', encodeJson(run.plan, { text: encodeText })],
    ['warnings', run.warnings.map(encodeText)],
    ['failure_code', run.failure === null ? null : encodeText(run.failure.code)],
    ['failure_message', run.failure === null ? null : encodeText(run.failure.message)],
    ['saved_at', encodeTimestamp(savedAt)],
  ];
  const replaced = [
    'status',
    'ended_at',
    'warnings',
    'failure_code',
    'failure_message',
    'saved_at',
  ];
  const result = await client.query<{ is_new: boolean }>(
    `${insertText('testbed.runs', values)}
     on conflict (run_id) do update set
       ${replaced.map((column) => `${column} = excluded.${column}`).join(', ')}
     where runs.saved_at <= excluded.saved_at
     returning xmax = 0 as is_new`,
    values.map(([, value]) => value),
  );
  const [row] = result.rows;
  if (row === undefined) return 'kept';
  return row.is_new ? 'inserted' : 'replaced';
}

async function insertProvenance(client: ClientBase, run: RunRecord): Promise<void> {
  const { provenance } = run;
  await insert(client, 'testbed.provenance', [
    ['run_id', run.id],
    ['testbed_version', encodeText(provenance.testbedVersion)],
    ['git_commit', provenance.gitCommit],
    ['git_dirty', provenance.gitDirty],
    ['contract_version', provenance.contractVersion],
    ['node_version', encodeText(provenance.nodeVersion)],
    ['node_image', encodeText(provenance.nodeImage)],
    ['node_image_name', encodeText(provenance.nodeImageName)],
    ['command_line', encodeText(provenance.commandLine)],
    ['claims', encodeClaims(run)],
  ]);
}

async function updateClaims(client: ClientBase, run: RunRecord): Promise<void> {
  await client.query('update testbed.provenance set claims = $2 where run_id = $1', [
    run.id,
    encodeClaims(run),
  ]);
}

function encodeClaims({ provenance }: RunRecord): string {
  return encodeJson(provenance.claims, { text: encodeText });
}

async function insertHosts(client: ClientBase, { id, hosts }: RunRecord): Promise<void> {
  for (const [index, host] of hosts.entries()) {
    await insert(client, 'testbed.host_facts', [
      ['run_id', id],
      ['host', index],
      ['hostname', encodeText(host.hostname)],
      ['kernel', encodeText(host.kernel)],
      ['os_name', encodeText(host.osName)],
      ['cpu_model', encodeText(host.cpuModel)],
      ['cores', host.cores],
      ['memory_bytes', host.memoryBytes],
      ['cgroup_version', host.cgroupVersion],
      ['engine_version', host.engineVersion],
      ['engine_api_version', host.engineApiVersion],
      ['is_local', host.local],
    ]);
  }
}

/** One statement however many there are: a plan may have hundreds. */
async function insertCells(client: ClientBase, { id, plan }: RunRecord): Promise<void> {
  const planned = countsOf(plan.order, ({ cellId }) => cellId);
  const rows = plan.cells.map((cell, position) => ({
    run_id: id,
    position,
    repetitions_planned: planned.get(cell.id) ?? 0,
    ...cellRow(cell),
  }));
  await client.query(
    `insert into testbed.cells (${cellColumns.join(', ')})
     select ${cellColumns.join(', ')} from jsonb_populate_recordset(null::testbed.cells, $1::jsonb)`,
    [encodeJson(rows, { text: encodeText })],
  );
}

const cellColumns = [
  'run_id',
  'cell_id',
  'position',
  'node_count',
  'faulty_max',
  'quorum',
  'connections',
  'repetitions_planned',
  'coordinates',
  'shaper',
  'network',
  'offered_tx_per_sec',
  'tx_size_bytes',
  'measure_ms',
  'topology',
  'image',
] as const;

type CellColumn = (typeof cellColumns)[number];
type CellRow = Omit<Record<CellColumn, unknown>, 'run_id' | 'position' | 'repetitions_planned'>;

function cellRow(cell: Cell): CellRow {
  const { load, phases, topology, image, shaper } = cell.settings;
  return {
    cell_id: cell.id,
    node_count: cell.nodeCount,
    faulty_max: cell.faultyMax,
    quorum: cell.quorum,
    connections: cell.connections,
    coordinates: Object.fromEntries(cell.coordinates.map(({ axis, value }) => [axis, value])),
    shaper,
    network: describeNetwork(cell),
    offered_tx_per_sec: load.rateTxPerSec,
    tx_size_bytes: load.sizeBytes,
    measure_ms: phases.measureMs,
    topology: describeTopology(topology) ?? 'full',
    image,
  };
}

type Column = readonly [name: string, value: Parameter];

async function insert(
  client: ClientBase,
  table: string,
  columns: readonly Column[],
): Promise<void> {
  await client.query(
    insertText(table, columns),
    columns.map(([, value]) => value),
  );
}

function insertText(table: string, columns: readonly Column[]): string {
  const names = columns.map(([name]) => name).join(', ');
  const places = columns.map((_column, index) => `$${index + 1}`).join(', ');
  return `insert into ${table} (${names}) values (${places})`;
}
