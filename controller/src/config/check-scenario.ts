/**
 * What must hold between fields. Each rule names the fields it reads, so that it is skipped when
 * one of them is wrong already, and the field whose line is shown. Pure; sees one scenario only.
 */

import { formatBytes, formatDuration } from '../lib/units.ts';
import { chosenRuntime, plainRuntime, runtimeTraits } from '../model/runtime-traits.ts';
import type { Scenario } from '../model/scenario.ts';
import { networkEvents } from '../model/timeline-spec.ts';
import { listSteps } from '../plan/network-steps.ts';
import { needsShaping, planNetwork } from '../plan/plan-network.ts';
import { buildByzantine } from './build-byzantine.ts';
import { buildNetwork } from './build-network.ts';
import { buildResources } from './build-resources.ts';
import { buildTimeline } from './build-timeline.ts';
import { checkShaper } from './check-shaper.ts';
import { type Complain, type Conflict, regionPaths } from './conflict.ts';
import type { EdgeTable } from './edge-table.ts';
import { givenField, ownField, ownFields, protocolsWith } from './engine-schema.ts';
import type { Matrix } from './parse-matrix.ts';
import type { Path } from './path.ts';
import type { RawResources } from './resources-schema.ts';
import type { RawScenario } from './schema.ts';
import { buildTopology } from './topology-schema.ts';

/** What is built from several fields at once. */
export type Built = Pick<Scenario, 'resources' | 'network' | 'topology' | 'byzantine' | 'timeline'>;

/** Nodes get limits unless they are lifted, where a runtime has any to give. */
const limitsGiven = { cpus: 1, memoryBytes: 256 * 1024 ** 2, pidsMax: 256 } as const;
const limitsNone = { ...limitsGiven, cpus: null, memoryBytes: null } as const;

/** What is in the files that a scenario names; null where it names none. */
export interface Tables {
  readonly matrix: Matrix | null;
  readonly edges: EdgeTable | null;
}

/**
 * @returns one conflict for each rule that is broken, in the order of the rules
 */
export function checkScenario(
  asked: RawScenario,
  { matrix, edges }: Tables,
): { readonly built: Built; readonly conflicts: readonly Conflict[] } {
  const found: Conflict[] = [];
  const listen =
    (...reads: readonly Path[]): Complain =>
    (finding) =>
      void found.push({ reads, ...finding });
  const raw = { ...asked, runtime: runtimeOf(asked) };
  const { runtime, nodes, phases } = raw;
  const resources = buildResources(raw.resources, hasLimits(runtime) ? limitsGiven : limitsNone);
  const network = buildNetwork(
    { raw: raw.network, placement: raw.placement, matrix, nodes, resources },
    listen(['network'], ['nodes']),
  );
  const topology = buildTopology(raw.topology, edges, nodes, listen(['topology'], ['nodes']));
  const byzantine = buildByzantine(raw.byzantine, nodes, listen(['byzantine'], ['nodes']));
  const hearTimeline = listen(
    ['timeline'],
    ['network'],
    ['placement'],
    ['nodes'],
    ['phases', 'measure'],
  );
  const { timeline, paths } = buildTimeline(
    {
      raw: raw.timeline,
      reads: readOfEvents(raw),
      network,
      nodes,
      runtime,
      measureMs: phases.measure,
      seed: raw.seed,
      byzantine,
    },
    hearTimeline,
  );
  // Only what has no other flaw can be laid out.
  if (found.length === 0)
    checkEffects({ resources, network, timeline }, nodes, paths, hearTimeline);
  const isShaped = needsShaping({ network, timeline });
  const conflicts = [...fieldConflicts(raw), ...found, ...checkShaper(raw, isShaped)];
  const given = {
    ...(topology === undefined ? {} : { topology }),
    ...(byzantine === undefined ? {} : { byzantine }),
  };
  return { built: { resources, network, ...given, timeline }, conflicts };
}

/** Of one event by itself: the places that there are, at every size, and the window. */
function readOfEvents({ network }: RawScenario): Path[] {
  const block = typeof network === 'object' && 'regions' in network ? network : {};
  return [
    ...regionPaths(block),
    ['network', 'groups'],
    ['placement'],
    ['nodes'],
    ['phases', 'measure'],
  ];
}

/** A change that no node would notice is asked for and not done, at one size at least. */
function checkEffects(
  built: Built,
  nodes: readonly number[],
  paths: readonly Path[],
  complain: Complain,
): void {
  const own = networkEvents(built.timeline);
  if (own.length === 0) return;
  const owners = listSteps(own);
  const told = new Set<Path>();
  for (const nodeCount of new Set(nodes)) {
    const { changes } = planNetwork(built, nodeCount, 'netem');
    for (const { index, kind, atMs } of changes.filter((change) => change.nodes.length === 0)) {
      const spec = own[owners[index]?.owner ?? -1];
      // Where a network without it is the same when it ends, its beginning says so.
      if (spec === undefined || (kind !== 'flap' && atMs !== spec.atMs)) continue;
      const path = paths[built.timeline.indexOf(spec)];
      if (path === undefined || told.has(path)) continue;
      told.add(path);
      complain({
        path: [...path, kind],
        aim: 'key',
        message: `with ${nodeCount} nodes, this changes nothing: the network is so already`,
        expected: 'a change that at least one node notices, at every size',
      });
    }
  }
}

function fieldConflicts(raw: RawScenario): Conflict[] {
  return [
    ...repeatedSizes(raw),
    ...commandInContainers(raw),
    ...limitsWithoutContainers(raw),
    ...fieldsOfOtherProtocols(raw),
    ...idleAgainstTimeout(raw),
    ...batchAgainstTransaction(raw),
    ...batchAgainstMempool(raw),
    ...batchAgeAgainstTimeout(raw),
  ];
}

function repeatedSizes({ nodes }: RawScenario): Conflict[] {
  return nodes.flatMap((count, index) =>
    nodes.indexOf(count) === index
      ? []
      : [
          {
            path: ['nodes', index],
            reads: [['nodes']],
            message: `the size ${count} is listed twice`,
            expected: 'each size once; `repetitions` says how often it is measured',
          },
        ],
  );
}

function hasLimits(runtime: RawScenario['runtime']): boolean {
  const { cpus, memory } = runtimeTraits[chosenRuntime(runtime)].limits;
  return cpus || memory;
}

/** A command runs on the process runtime and nowhere else. */
export function runtimeOf({ runtime, command }: RawScenario): RawScenario['runtime'] {
  return command !== undefined && runtime === 'auto' ? plainRuntime : runtime;
}

function commandInContainers({ runtime, command }: RawScenario): Conflict[] {
  if (command === undefined || !runtimeTraits[chosenRuntime(runtime)].usesContainers) return [];
  return [
    {
      path: ['command'],
      reads: [['runtime'], ['command']],
      message: 'a command is started as a process, and runtime: docker starts images',
      expected:
        'none, or runtime: process; for containers build an image with the program as its entry point and name it in `image`',
    },
  ];
}

function limitsWithoutContainers({ runtime, resources, network }: RawScenario): Conflict[] {
  if (hasLimits(runtime)) return [];
  const groups = typeof network === 'object' && 'groups' in network ? (network.groups ?? {}) : {};
  const given = [
    ...limitPaths(resources, ['resources']),
    ...Object.entries(groups).flatMap(([name, group]) =>
      limitPaths(group.resources ?? {}, ['network', 'groups', name, 'resources']),
    ),
  ];
  return given.map((path) => ({
    path,
    reads: [['runtime'], path],
    message: 'the process runtime cannot limit its nodes',
    expected: 'none, or no such key, or runtime: docker',
  }));
}

function limitPaths(resources: RawResources, path: Path): Path[] {
  if (typeof resources === 'string') return [path];
  return (['profile', 'cpus', 'memory'] as const)
    .filter((key) => resources[key] !== undefined && resources[key] !== null)
    .map((key) => [...path, key]);
}

/** What a field means to one protocol it does not mean to another. */
function fieldsOfOtherProtocols({ engine }: RawScenario): Conflict[] {
  return [...ownFields.keys()].flatMap((name) => {
    const owners = protocolsWith(name).map((protocol) => protocol.name);
    if (owners.includes(engine.protocol) || givenField(engine, name) === undefined) return [];
    return [
      {
        path: ['engine', name],
        reads: [
          ['engine', name],
          ['engine', 'protocol'],
        ],
        message: `${engine.protocol} has no ${name}: that is a parameter of ${owners.join(', ')}`,
        expected: `nothing, or one of ${owners.join(', ')} as engine.protocol`,
      },
    ];
  });
}

function idleAgainstTimeout({ engine }: RawScenario): Conflict[] {
  const idleMs = ownField(engine, 'idle');
  if (typeof idleMs !== 'number' || idleMs * 3 < engine.timeout) return [];
  const limit = formatDuration(engine.timeout / 3);
  return [
    {
      path: ['engine', 'idle'],
      reads: [
        ['engine', 'idle'],
        ['engine', 'timeout'],
      ],
      message: `an idle leader would wait ${formatDuration(idleMs)}, and rounds would time out after ${formatDuration(engine.timeout)}`,
      expected: `less than a third of engine.timeout (${limit})`,
    },
  ];
}

function batchAgainstTransaction({ engine, load }: RawScenario): Conflict[] {
  if (engine.batch.bytes >= load.size) return [];
  return [
    {
      path: ['engine', 'batch', 'bytes'],
      reads: [
        ['engine', 'batch', 'bytes'],
        ['load', 'size'],
      ],
      message: `a block of ${formatBytes(engine.batch.bytes)} cannot hold one transaction of ${formatBytes(load.size)}`,
      expected: 'at least load.size',
    },
  ];
}

function batchAgainstMempool({ engine }: RawScenario): Conflict[] {
  if (engine.mempool >= engine.batch.count) return [];
  return [
    {
      path: ['engine', 'mempool'],
      reads: [
        ['engine', 'mempool'],
        ['engine', 'batch', 'count'],
      ],
      message: `a node that holds ${engine.mempool} transactions can never fill a block of ${engine.batch.count}`,
      expected: 'at least engine.batch.count',
    },
  ];
}

function batchAgeAgainstTimeout({ engine }: RawScenario): Conflict[] {
  if (engine.batch.age < engine.timeout) return [];
  return [
    {
      path: ['engine', 'batch', 'age'],
      reads: [
        ['engine', 'batch', 'age'],
        ['engine', 'timeout'],
      ],
      message: `leaders would wait ${formatDuration(engine.batch.age)} for a fuller block, longer than a round may take`,
      expected: `less than engine.timeout (${formatDuration(engine.timeout)})`,
    },
  ];
}
