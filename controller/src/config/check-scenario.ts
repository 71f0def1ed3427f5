/**
 * What must hold between fields. Each rule names the fields it reads, so that it is skipped when
 * one of them is wrong already, and the field whose line is shown. Pure; sees one scenario only.
 */
import { formatBytes, formatDuration } from '../lib/units.ts';
import type { Path } from './parse-yaml.ts';
import type { RawScenario } from './schema.ts';

export interface Conflict {
  /** The field to point at. */
  readonly path: Path;
  /** All fields the rule has read. */
  readonly reads: readonly Path[];
  readonly message: string;
  readonly expected: string;
}

/** @returns one conflict for each rule that is broken, in the order of the rules */
export function checkScenario(raw: RawScenario): Conflict[] {
  return [
    ...repeatedSizes(raw),
    ...limitsWithoutContainers(raw),
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

function limitsWithoutContainers({ runtime, resources }: RawScenario): Conflict[] {
  if (runtime !== 'process') return [];
  return (['cpus', 'memory'] as const).flatMap((key) => {
    const limit = resources[key];
    if (limit === undefined || limit === null) return [];
    return [
      {
        path: ['resources', key],
        reads: [['runtime'], ['resources', key]],
        message: 'the process runtime cannot limit its nodes',
        expected: 'none, or no such key, or runtime: docker',
      },
    ];
  });
}

function idleAgainstTimeout({ engine }: RawScenario): Conflict[] {
  if (engine.idle * 3 < engine.timeout) return [];
  const limit = formatDuration(engine.timeout / 3);
  return [
    {
      path: ['engine', 'idle'],
      reads: [
        ['engine', 'idle'],
        ['engine', 'timeout'],
      ],
      message: `an idle leader would wait ${formatDuration(engine.idle)}, and rounds would time out after ${formatDuration(engine.timeout)}`,
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
