/** A container as the daemon sees it: how it is, what it may use, and what it used. */
import type { NodeSighting } from '../runtime.ts';
import type { CallOptions, ContainerUsage, DockerClient } from './docker-client.ts';
import type { ContainerState } from './docker-replies.ts';
import { dockerReason } from './translate-docker-error.ts';

const unseen: ContainerUsage = {
  cpuPeriods: null,
  cpuPeriodsThrottled: null,
  memoryBytes: null,
  memoryLimitBytes: null,
};
const gone: NodeSighting = {
  state: 'gone',
  pid: null,
  startedAt: null,
  cpus: null,
  oomKilled: false,
  ...unseen,
};

export async function sightContainer(
  client: Pick<DockerClient, 'inspectContainer' | 'readUsage'>,
  { containerId }: { readonly containerId: string },
  options: CallOptions,
): Promise<NodeSighting> {
  try {
    const found = await client.inspectContainer(containerId, options);
    const usage = found.State.Running ? await client.readUsage(containerId, options) : unseen;
    return toSighting(found, usage);
  } catch (error) {
    if (dockerReason(error) === 'gone') return gone;
    throw error;
  }
}

function toSighting({ State, HostConfig }: ContainerState, usage: ContainerUsage): NodeSighting {
  const startedMs = Date.parse(State.StartedAt ?? '');
  return {
    state: !State.Running ? 'gone' : State.Paused === true ? 'paused' : 'running',
    pid: State.Running && State.Pid > 0 ? State.Pid : null,
    // One that never started has the year 1.
    startedAt: startedMs > 0 ? new Date(startedMs) : null,
    cpus: cpusOf(HostConfig),
    oomKilled: State.OOMKilled,
    ...usage,
  };
}

function cpusOf({
  NanoCpus = 0,
  CpuQuota = 0,
  CpuPeriod = 0,
}: ContainerState['HostConfig']): number | null {
  if (NanoCpus > 0) return NanoCpus / 1e9;
  return CpuQuota > 0 && CpuPeriod > 0 ? CpuQuota / CpuPeriod : null;
}
