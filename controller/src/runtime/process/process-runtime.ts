/**
 * The process adapter of the runtime port: each node a child process on loopback, from the same
 * bundle that the node image holds. For machines without Docker and for quick work: it cannot
 * limit CPU or memory, and says so with every run.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TestbedError } from '../../errors/testbed-error.ts';
import type { Clock } from '../../lib/clock.ts';
import { parseRunId, type RunId } from '../../model/ids.ts';
import { inspectLocalHost } from '../inspect-local-host.ts';
import type { Owner } from '../owner.ts';
import type { FoundObject, ResolvedImage, Runtime } from '../runtime.ts';
import { findProcesses } from './find-processes.ts';
import { nodesFolder, removeProcesses } from './remove-processes.ts';
import { startProcesses } from './start-processes.ts';

export interface ProcessRuntimeOptions {
  /** The bundled node: one file that Node.js runs. */
  readonly bundlePath: string;
  /** Nodes keep state and logs below `<dataFolder>/runs/<runId>/nodes`. */
  readonly dataFolder: string;
  readonly owner: Owner;
}

export function createProcessRuntime(
  options: ProcessRuntimeOptions,
  { clock }: { readonly clock: Clock },
): Runtime {
  const { dataFolder } = options;
  return {
    kind: 'process',
    inspectHost: async () => inspectLocalHost(),
    resolveImage: async () => resolveBundle(options.bundlePath),
    start: (request, startOptions) =>
      startProcesses(request, { ...options, ...startOptions, clock }),
    probeNetem: async () => ({
      kind: 'missing',
      missing: ['links of their own between processes, which all share one loopback device'],
      hint: 'Use --runtime docker for netem, or --shaper userspace.',
    }),
    list: async () => [...(await listProcesses()), ...(await listFolders(dataFolder))],
    remove: (objects, { signal }) => removeProcesses(objects, { dataFolder, clock, signal }),
    close: async () => undefined,
  };
}

/** The scenario's image is a Docker matter; here the bundle is what is put under test. */
async function resolveBundle(path: string): Promise<ResolvedImage> {
  try {
    const hash = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    return { id: `sha256:${hash}`, name: basename(path), source: null };
  } catch (error) {
    throw new TestbedError('IMAGE_MISSING', `The node bundle ${path} cannot be read.`, {
      hint: 'Build it with: npm run build',
      cause: error,
    });
  }
}

async function listProcesses(): Promise<FoundObject[]> {
  const found = await findProcesses();
  return found.map(({ name, runId, owner }) => ({
    runtime: 'process',
    kind: 'process',
    name,
    runId,
    owner,
  }));
}

async function listFolders(dataFolder: string): Promise<FoundObject[]> {
  const runs = await readdir(join(dataFolder, 'runs')).catch(() => []);
  const lists = runs.map(async (entry): Promise<FoundObject[]> => {
    const runId = parseRunId(entry);
    return runId === undefined ? [] : foldersOf(dataFolder, runId);
  });
  return (await Promise.all(lists)).flat();
}

async function foldersOf(dataFolder: string, runId: RunId): Promise<FoundObject[]> {
  const folder = nodesFolder(dataFolder, runId);
  const names = await readdir(folder).catch(() => []);
  return names.map((name) => ({
    runtime: 'process',
    kind: 'folder',
    name: join(folder, name),
    runId,
    owner: null,
  }));
}
