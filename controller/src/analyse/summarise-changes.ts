import type { Cut } from '../model/network.ts';
import type { ChangeFinding, MedianAndMax } from '../model/network-finding.ts';
import type { Cell } from '../model/plan.ts';
import type { NetworkChangeRecord } from '../model/record.ts';
import { median } from './describe.ts';
import { type ShapedRepetition, timeMs } from './shaped-repetition.ts';

/** One change in one repetition: when it took effect, at those nodes where it did. */
interface Effect {
  readonly records: readonly NetworkChangeRecord[];
  readonly plannedMs: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** When the last of those that caught up had; null if none did. */
  readonly caughtUpMs: number | null;
  readonly nodesBehind: number;
}

type Effects = ReadonlyMap<number, Effect>;

/** Planned changes that were due in at least one repetition, in order of time. */
export function summariseChanges(
  cell: Cell,
  shaped: readonly ShapedRepetition[],
): readonly ChangeFinding[] {
  const repetitions = shaped.map(({ network }) => collectEffects(network.changes));
  const indexes = [...new Set(repetitions.flatMap((effects) => [...effects.keys()]))];
  return indexes
    .sort((a, b) => a - b)
    .flatMap((index) => summariseChange(cell, index, repetitions) ?? []);
}

function collectEffects(changes: readonly NetworkChangeRecord[]): Effects {
  const groups = new Map<number, NetworkChangeRecord[]>();
  for (const change of changes) {
    const group = groups.get(change.changeIndex);
    if (group === undefined) groups.set(change.changeIndex, [change]);
    else group.push(change);
  }
  const effects = new Map<number, Effect>();
  for (const [index, records] of groups) {
    const [first] = records;
    if (first === undefined) continue;
    const times = records.flatMap(({ appliedAt }) => (appliedAt === null ? [] : timeMs(appliedAt)));
    const caughtUp = records.flatMap(({ caughtUpAt }) =>
      caughtUpAt === undefined ? [] : timeMs(caughtUpAt),
    );
    effects.set(index, {
      records,
      plannedMs: timeMs(first.plannedAt),
      firstMs: times.length === 0 ? null : Math.min(...times),
      lastMs: times.length === 0 ? null : Math.max(...times),
      caughtUpMs: caughtUp.length === 0 ? null : Math.max(...caughtUp),
      nodesBehind: caughtUp.length === 0 ? 0 : records.length - caughtUp.length,
    });
  }
  return effects;
}

function summariseChange(
  cell: Cell,
  index: number,
  repetitions: readonly Effects[],
): ChangeFinding | undefined {
  const found = repetitions.flatMap((effects) => effects.get(index) ?? []);
  const first = found[0]?.records[0];
  if (first === undefined) return undefined;
  const failed = found.flatMap(({ records }) =>
    records.filter(({ appliedAt }) => appliedAt === null),
  );
  const heal = findHeal(cell, index);
  return {
    index,
    kind: first.kind,
    text: first.text,
    atMs: cell.network.changes[index]?.atMs ?? 0,
    repetitions: found.length,
    nodes: Math.max(...found.map(({ records }) => records.length)),
    nodesFailed: failed.length,
    error: failed.find(({ error }) => error !== null)?.error ?? null,
    delayMs: medianAndMax(found.map(({ lastMs, plannedMs }) => difference(lastMs, plannedMs))),
    spreadMs: medianAndMax(found.map(({ lastMs, firstMs }) => difference(lastMs, firstMs))),
    lastedMs:
      heal === undefined
        ? null
        : medianAndMax(
            repetitions.map((effects) =>
              difference(effects.get(heal)?.firstMs ?? null, effects.get(index)?.lastMs ?? null),
            ),
          ),
    caughtUpMs: medianAndMax(found.map(({ caughtUpMs, lastMs }) => difference(caughtUpMs, lastMs))),
    nodesBehind: found.reduce((sum, { nodesBehind }) => sum + nodesBehind, 0),
  };
}

/** The first later change without a cut that this one brought; undefined if it brought none. */
function findHeal({ network }: Cell, index: number): number | undefined {
  const cutsAt = (position: number): readonly string[] =>
    (network.changes[position]?.state ?? network.initial).cuts.map(nameCut);
  const before = new Set(cutsAt(index - 1));
  const brought = cutsAt(index).filter((cut) => !before.has(cut));
  if (brought.length === 0) return undefined;
  return network.changes.find(
    (change) => change.index > index && brought.some((cut) => !cutsAt(change.index).includes(cut)),
  )?.index;
}

function nameCut({ from, to }: Cut): string {
  return JSON.stringify([from, to]);
}

function difference(later: number | null, earlier: number | null): number | null {
  return later === null || earlier === null ? null : later - earlier;
}

function medianAndMax(values: readonly (number | null)[]): MedianAndMax | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : { median: median(known), max: Math.max(...known) };
}
