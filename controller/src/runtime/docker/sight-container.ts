/** A container as daemon and kernel see it: how it is, what it may use, and what it used. */
import type { NodeSighting } from '../runtime.ts';
import type { CallOptions, ContainerUsage, DockerClient } from './docker-client.ts';
import type { ContainerState } from './docker-replies.ts';
import { readCgroup } from './read-cgroup.ts';
import { dockerReason } from './translate-docker-error.ts';

/** Which container, and whether its process and its control group are seen here. */
export interface Sighted {
  readonly containerId: string;
  readonly isLocal: boolean;
}

type Client = Pick<DockerClient, 'inspectContainer' | 'readUsage' | 'info'>;

const unseen: ContainerUsage = {
  cpuPeriods: null,
  cpuPeriodsThrottled: null,
  cpuMicros: null,
  cpuQuotaCores: null,
  memoryBytes: null,
  memoryLimitBytes: null,
};
const gone: NodeSighting = {
  state: 'gone',
  pid: null,
  startedAt: null,
  cpus: null,
  oomKilled: false,
  cpuPeriods: null,
  cpuPeriodsThrottled: null,
  cpuMicros: null,
  memoryBytes: null,
  memoryLimitBytes: null,
};

export async function sightContainer(
  client: Client,
  sighted: Sighted,
  options: CallOptions,
): Promise<NodeSighting> {
  const found = await inspectIfThere(client, sighted, options);
  if (found === null) return gone;
  const { State, HostConfig } = found;
  const startedMs = Date.parse(State.StartedAt ?? '');
  const { cpuQuotaCores, ...usage } = State.Running
    ? await readUsage(client, found, { ...sighted, ...options })
    : unseen;
  return {
    state: stateOf(found),
    pid: State.Running && State.Pid > 0 ? State.Pid : null,
    // One that never started has the year 1.
    startedAt: startedMs > 0 ? new Date(startedMs) : null,
    cpus: cpuQuotaCores === null ? cpusOf(HostConfig) : finiteOr(cpuQuotaCores),
    oomKilled: State.OOMKilled,
    ...usage,
  };
}

/** Only how it is: the quick part. */
export async function sightState(
  client: Client,
  sighted: Pick<Sighted, 'containerId'>,
  options: CallOptions,
): Promise<NodeSighting['state']> {
  const found = await inspectIfThere(client, sighted, options);
  return found === null ? 'gone' : stateOf(found);
}

async function inspectIfThere(
  client: Client,
  { containerId }: Pick<Sighted, 'containerId'>,
  options: CallOptions,
): Promise<ContainerState | null> {
  try {
    return await client.inspectContainer(containerId, options);
  } catch (error) {
    if (dockerReason(error) === 'gone') return null;
    throw error;
  }
}

async function readUsage(
  client: Client,
  { Id, State }: ContainerState,
  { isLocal, signal }: Sighted & CallOptions,
): Promise<ContainerUsage> {
  const seen = isLocal ? await readCgroup(State.Pid) : null;
  const usage = seen ?? (await client.readUsage(Id, { signal }));
  const { memoryLimitBytes: limit } = usage;
  return {
    ...usage,
    memoryLimitBytes: limit === null ? null : Math.min(limit, client.info.MemTotal),
  };
}

function stateOf({ State }: ContainerState): NodeSighting['state'] {
  return !State.Running ? 'gone' : State.Paused === true ? 'paused' : 'running';
}

function finiteOr(cores: number): number | null {
  return Number.isFinite(cores) ? cores : null;
}

/** What the daemon was told; asked for where the kernel's own files are not to be read. */
function cpusOf({
  NanoCpus = 0,
  CpuQuota = 0,
  CpuPeriod = 0,
}: ContainerState['HostConfig']): number | null {
  if (NanoCpus > 0) return NanoCpus / 1e9;
  return CpuQuota > 0 && CpuPeriod > 0 ? CpuQuota / CpuPeriod : null;
}
