import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { systemClock as clock } from '../../../controller/src/lib/system-clock.ts';
import {
  createCellId,
  createRepetitionId,
  createRunId,
  type RunId,
} from '../../../controller/src/model/ids.ts';
import type { NodeResources } from '../../../controller/src/model/plan.ts';
import { openDocker } from '../../../controller/src/runtime/docker/connect-docker.ts';
import { resolveEndpoint } from '../../../controller/src/runtime/docker/docker-endpoint.ts';
import {
  createDockerRuntime,
  type DockerRuntimeOptions,
} from '../../../controller/src/runtime/docker/docker-runtime.ts';
import { identifyOwner } from '../../../controller/src/runtime/owner.ts';
import type {
  ObjectLedger,
  RunningNetwork,
  Runtime,
  StartOptions,
} from '../../../controller/src/runtime/runtime.ts';

export const root: string = join(import.meta.dirname, '../../..');
export const nodeImage = 'prsm-testbed-node:latest';
export const never: AbortSignal = new AbortController().signal;
export const noLedger: ObjectLedger = {
  intend: async () => undefined,
  removed: async () => undefined,
};

const source = { environment: process.env, homeFolder: homedir() };

/** The daemon itself, past everything that is under test. */
export async function openDaemon(): Promise<{ docker: Docker; close(): void }> {
  const { client, close } = await openDocker(resolveEndpoint(source));
  return { docker: client(), close };
}

export function dockerRuntime(options: Partial<DockerRuntimeOptions> = {}): Runtime {
  return createDockerRuntime({ ...source, owner: identifyOwner(), ...options }, { clock });
}

export interface StartSettings {
  readonly runId?: RunId;
  readonly networkName?: string;
  readonly nodeCount?: number;
  readonly image?: string;
  readonly resources?: Partial<NodeResources>;
  /** Where in the data subnet each node lives. */
  readonly offsets?: readonly number[];
  readonly dataPrefix?: number;
  readonly shaped?: boolean;
  readonly options?: Partial<StartOptions>;
}

export async function startNodes(
  runtime: Runtime,
  settings: StartSettings = {},
): Promise<RunningNetwork> {
  const runId = settings.runId ?? createRunId(new Date(), Math.random());
  const nodeCount = settings.nodeCount ?? 4;
  const indexes = Array.from({ length: nodeCount }, (_, index) => index);
  const limits = { cpus: 0.5, memoryBytes: 2 ** 28, pidsMax: 128, ...settings.resources };
  const request = {
    runId,
    repetitionId: createRepetitionId(runId, createCellId(nodeCount), 0),
    networkName: settings.networkName ?? `${runId}-r0`,
    image: await runtime.resolveImage(settings.image ?? nodeImage, { signal: never }),
    nodes: indexes.map((index) => ({
      index,
      host: 0,
      dataOffset: settings.offsets?.[index] ?? 10 + index,
      resources: limits,
    })),
    dataPrefix: settings.dataPrefix ?? 25,
    shaped: settings.shaped ?? false,
  };
  return runtime.start(request, { signal: never, ledger: noLedger, ...settings.options });
}

/** Names of all containers and networks of a run, however they got there. */
export async function objectsOf(docker: Docker, runId: RunId): Promise<string[]> {
  const filters = { label: [`testbed.run=${runId}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const networks = await docker.listNetworks({ filters });
  return [
    ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
    ...networks.map(({ Name }) => Name),
  ];
}

/** An image like the node's, that does something else; remove it when done. */
export async function buildVariant(docker: Docker, name: string, script: string): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'testbed-variant-'));
  try {
    const entrypoint = JSON.stringify(['node', '-e', script]);
    writeFileSync(join(context, 'Dockerfile'), `FROM ${nodeImage}\nENTRYPOINT ${entrypoint}\n`);
    const stream = await docker.buildImage({ context, src: ['Dockerfile'] }, { t: name });
    const events = await new Promise<readonly { error?: string }[]>((resolve, reject) => {
      docker.modem.followProgress(stream, (error: Error | null, all: { error?: string }[]) =>
        error === null ? resolve(all) : reject(error),
      );
    });
    const failed = events.find(({ error }) => error !== undefined);
    if (failed !== undefined) throw new Error(failed.error);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
