/**
 * The process adapter of the runtime port: each node a child process on loopback, from the same
 * bundle that the node image holds, or from a command. For machines without Docker and for quick work: it cannot
 * limit CPU or memory, and says so with every run.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { parseRunId, type RunId } from '../../model/ids.ts';
import { inspectLocalHost } from '../inspect-local-host.ts';
import type { FoundObject, Runtime } from '../runtime.ts';
import { findProcesses } from './find-processes.ts';
import { commandProgram, ownProgram, resolveBundle, resolveCommand } from './node-program.ts';
import type { ProcessRuntimeOptions } from './process-options.ts';
import { nodesFolder, removeProcesses } from './remove-processes.ts';
import { startProcesses } from './start-processes.ts';

export function createProcessRuntime(
  options: ProcessRuntimeOptions,
  { clock }: { readonly clock: Clock },
): Runtime {
  const { dataFolder, bundlePath, cwd } = options;
  return {
    kind: 'process',
    inspectHosts: async () => [inspectLocalHost()],
    // The scenario's image is a Docker matter.
    resolveImage: async (_image, { command: words }) =>
      words === undefined
        ? resolveBundle(bundlePath)
        : resolveCommand({ words, cwd }, process.env.PATH ?? ''),
    start: (request, startOptions) => {
      const { command: words } = request.image;
      const program = words === undefined ? ownProgram(bundlePath) : commandProgram({ words, cwd });
      return startProcesses(request, { ...options, ...startOptions, program, clock });
    },
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
