import type { ClientBase } from 'pg';
import type { RunId } from '../../model/ids.ts';
import type { ShaperKind } from '../../model/network.ts';
import type {
  HostFacts,
  NodeClaims,
  RunListing,
  RunRecord,
  RunStatus,
} from '../../model/record.ts';
import type { RuntimeKind } from '../../model/scenario.ts';
import { reviveJson } from '../codec/json.ts';
import { completePlan } from '../codec/older-records.ts';
import { decodeText } from '../codec/text.ts';
import { runUnknown } from '../run-unknown.ts';

/*
 * Row types state what migrations/ guarantees (not null, checks) and write-*.ts puts in; the type
 * arguments of `query` are the decoding edge of this folder.
 */

interface RunRow {
  readonly run_id: RunId;
  readonly name: string;
  readonly status: RunStatus;
  readonly runtime: RuntimeKind;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly plan: unknown;
  readonly warnings: string[];
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly testbed_version: string;
  readonly git_commit: string | null;
  readonly git_dirty: boolean | null;
  readonly contract_version: number;
  readonly node_version: string;
  readonly node_image: string;
  readonly node_image_name: string;
  readonly command_line: string;
  readonly claims: unknown;
}

/** By `host`, which counts from 0. */
interface HostRow {
  readonly hostname: string;
  readonly kernel: string;
  readonly os_name: string;
  readonly cpu_model: string;
  readonly cores: number;
  readonly memory_bytes: number;
  readonly cgroup_version: 1 | 2 | null;
  readonly engine_version: string | null;
  readonly engine_api_version: string | null;
  readonly is_local: boolean;
}

/** @throws TestbedError RUN_UNKNOWN */
export async function readRun(client: ClientBase, id: RunId): Promise<RunRecord> {
  const result = await client.query<RunRow>(
    `select * from testbed.runs
     join testbed.provenance using (run_id) where run_id = $1`,
    [id],
  );
  const row = result.rows[0];
  if (row === undefined) throw runUnknown(id);
  const hosts = await client.query<HostRow>(
    'select * from testbed.host_facts where run_id = $1 order by host',
    [id],
  );
  return decodeRun(row, hosts.rows.map(decodeHost));
}

function decodeRun(row: RunRow, hosts: readonly HostFacts[]): RunRecord {
  return {
    id: row.run_id,
    name: decodeText(row.name),
    status: row.status,
    runtime: row.runtime,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    // Written from a Plan by write-run.ts; plan_hash lets anybody check it.
    plan: completePlan(reviveJson(row.plan, { text: decodeText })),
    provenance: {
      testbedVersion: decodeText(row.testbed_version),
      gitCommit: row.git_commit,
      gitDirty: row.git_dirty,
      contractVersion: row.contract_version,
      nodeVersion: decodeText(row.node_version),
      nodeImage: decodeText(row.node_image),
      nodeImageName: decodeText(row.node_image_name),
      // Written from NodeClaims by write-run.ts.
      claims: reviveJson(row.claims, { text: decodeText }) as NodeClaims,
      commandLine: decodeText(row.command_line),
    },
    hosts,
    warnings: row.warnings.map(decodeText),
    failure:
      row.failure_code === null
        ? null
        : { code: decodeText(row.failure_code), message: decodeText(row.failure_message ?? '') },
  };
}

function decodeHost(row: HostRow): HostFacts {
  return {
    hostname: decodeText(row.hostname),
    kernel: decodeText(row.kernel),
    osName: decodeText(row.os_name),
    cpuModel: decodeText(row.cpu_model),
    cores: row.cores,
    memoryBytes: row.memory_bytes,
    cgroupVersion: row.cgroup_version,
    engineVersion: row.engine_version,
    engineApiVersion: row.engine_api_version,
    local: row.is_local,
  };
}

export interface ListingRow {
  readonly run_id: RunId;
  readonly name: string;
  readonly status: RunStatus;
  readonly runtime: RuntimeKind;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly sizes: number[];
  readonly varied: string;
  readonly repetitions_planned: number;
  readonly repetitions_done: number;
  readonly repetitions_valid: number;
  readonly shaper: ShaperKind;
  readonly network: string;
}

/** Newest first. */
export async function readListing(
  client: ClientBase,
  limit: number,
): Promise<readonly RunListing[]> {
  const result = await client.query<ListingRow>(
    `select run_id, name, status, runtime, started_at, ended_at, sizes, repetitions_planned,
       repetitions_done, repetitions_valid, shaper, network, varied
     from testbed.run_overview order by started_at desc, run_id desc limit $1`,
    [limit],
  );
  return result.rows.map(decodeListing);
}

export function decodeListing(row: ListingRow): RunListing {
  return {
    id: row.run_id,
    name: decodeText(row.name),
    status: row.status,
    runtime: row.runtime,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    sizes: row.sizes,
    varied: decodeText(row.varied),
    repetitionsPlanned: row.repetitions_planned,
    repetitionsDone: row.repetitions_done,
    repetitionsValid: row.repetitions_valid,
    shaper: row.shaper,
    network: decodeText(row.network),
  };
}
