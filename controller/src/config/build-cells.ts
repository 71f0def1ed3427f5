/** Values of a matrix -> profiles, on top of what holds for all links between or inside regions. */
import type { ProfileSpec } from '../model/network-spec.ts';
import { buildDirection, idealProfile, isRange, saysRtt } from './build-profile.ts';
import { type Complain, reading } from './conflict.ts';
import type { Cell } from './list-cells.ts';
import type { RawNetwork } from './network-schema.ts';
import type { Path } from './path.ts';
import { type RawLink, type RawProfile, type RttRange, rttMsMax } from './profile-schema.ts';
import { readyProfiles } from './ready-profiles.ts';

/** Profiles by both ends. A pair that the matrix does not name is not there. */
export function buildCells(
  cells: readonly Cell[],
  block: RawNetwork,
  complain: Complain,
): (from: string, to: string) => ProfileSpec | undefined {
  const { between, within, 'matrix-values': values = 'round-trip' } = block;
  const factor = values === 'one-way' ? 2 : 1;
  const ground: Path[] = [
    ['network', 'between'],
    ['network', 'within'],
    ['network', 'matrix-values'],
  ];
  const path = ['network', 'between'];
  const betweenBase = buildBase(between, path, reading(complain, path));
  const withinBase = buildBase(within, ['network', 'within'], () => undefined);
  const told = createTeller(complain);
  const keyOf = (from: string, to: string): string => JSON.stringify([from, to]);
  const built = new Map<string, ProfileSpec>();
  const inside: Cell[] = [];
  for (const cell of cells.filter((one) => !isSilent(one))) {
    const { from, to } = cell;
    const isInside = from === to;
    if (isInside) inside.push(cell);
    const ownBase = within === undefined && !saysRtt(cell.profile) ? readyProfiles.lan : withinBase;
    const [general, base] = isInside ? [within, ownBase] : [between, betweenBase];
    const key = isInside ? 'within' : 'between';
    const hear: Complain = (finding) =>
      told.tell(cell, { ...finding, reads: [...ground, cell.path] });
    built.set(keyOf(from, to), buildCell(cell, { general, base, key, factor }, hear));
  }
  told.flush();
  checkInside(inside, within, (name) => built.get(keyOf(name, name)), complain);
  return (from, to) => built.get(keyOf(from, to));
}

/** What holds where a matrix says nothing: without a round trip, its jitter is for the values. */
export function buildBase(
  general: RawProfile | undefined,
  path: Path,
  complain: Complain,
): ProfileSpec {
  if (general === undefined) return idealProfile;
  if (saysRtt(general) || typeof general === 'string' || isRange(general)) {
    return buildDirection(general, idealProfile, path, complain);
  }
  const { jitter: _, distribution: __, ...others } = general;
  return buildDirection(others, idealProfile, path, complain);
}

/** Tables hold a zero on their diagonal for want of a value. */
function isSilent({ from, to, profile }: Cell): boolean {
  return from === to && typeof profile === 'object' && isRange(profile) && profile.highMs === 0;
}

interface Ground {
  /** `between` or `within`, as it is written. */
  readonly general: RawProfile | undefined;
  readonly base: ProfileSpec;
  readonly key: 'between' | 'within';
  /** What makes a round trip of a value. */
  readonly factor: 1 | 2;
}

/** A value on top of its ground, whose jitter means nothing to a value that is a range. */
function buildCell(
  { profile, path }: Cell,
  { general, base, key, factor }: Ground,
  complain: Complain,
): ProfileSpec {
  if (typeof profile === 'string') return buildDirection(profile, base, path, complain);
  const own: RawLink = isRange(profile) ? { rtt: widen(profile, factor) } : profile;
  if (factor === 2 && !isRange(profile) && profile.rtt !== undefined) {
    complain({
      path: [...path, 'rtt'],
      aim: 'key',
      message: 'rtt is a round trip, and the values of this matrix are one-way delays',
      expected: 'a plain delay such as 38ms, with loss and the like in between',
    });
  }
  if (own.rtt !== undefined && own.rtt.highMs > rttMsMax) {
    const message = `one way it takes ${own.rtt.highMs / factor} ms, so the round trip is too long`;
    const expected = `a one-way delay up to ${rttMsMax / factor / 1000}s`;
    complain({ path, code: 'out-of-range', message, expected });
  }
  const isWide = own.rtt !== undefined && own.rtt.lowMs !== own.rtt.highMs;
  const spread = spreadOf(general);
  const merged = own.rtt === undefined || isWide ? own : { ...spread, ...own };
  const isInherited = merged.jitter !== undefined && own.jitter === undefined;
  return buildDirection(merged, base, path, (finding) =>
    complain(
      isInherited && finding.path.at(-1) === 'jitter'
        ? { ...finding, message: `${finding.message}; the jitter is that of ${key}` }
        : finding,
    ),
  );
}

function widen({ lowMs, highMs }: RttRange, factor: 1 | 2): RttRange {
  return { lowMs: lowMs * factor, highMs: highMs * factor };
}

function spreadOf(general: RawProfile | undefined): RawLink {
  if (general === undefined || typeof general === 'string' || isRange(general)) return {};
  const { jitter, distribution } = general;
  return {
    ...(jitter === undefined ? {} : { jitter }),
    ...(distribution === undefined ? {} : { distribution }),
  };
}

/**
 * Two round trips for one place: neither that of a table nor that of the scenario is silently the
 * one that holds. Told once for all. A block of the scenario means what it says of one region.
 */
function checkInside(
  cells: readonly Cell[],
  within: RawProfile | undefined,
  profileOf: (name: string) => ProfileSpec | undefined,
  complain: Complain,
): void {
  if (within === undefined || !saysRtt(within)) return;
  const { rtt } = buildDirection(within, idealProfile, ['network', 'within'], () => undefined);
  const others = cells.filter(({ from, place }) => {
    if (place === undefined) return false;
    const own = profileOf(from)?.rtt;
    return own?.meanMs !== rtt.meanMs || own.jitterMs !== rtt.jitterMs;
  });
  const [first] = others;
  if (first === undefined) return;
  const more = others.length === 1 ? '' : `, and ${others.length - 1} other regions`;
  complain({
    path: ['network', 'within'],
    message: `the matrix has a round trip of its own inside ${first.from}${more}${whereOf(first)}`,
    expected:
      'within without a round trip (its loss and the like still hold), or a matrix that says nothing, or 0, from a region to itself',
  });
}

function whereOf({ place }: Cell): string {
  const found = place?.();
  return found?.kind === 'file' ? ` (${found.file}:${found.line}:${found.column})` : '';
}

/** Findings about a file are told at their place there, those of one kind once. */
function createTeller(complain: Complain): {
  tell(cell: Cell, finding: Parameters<Complain>[0]): void;
  flush(): void;
} {
  const kinds = new Map<string, { readonly first: Parameters<Complain>[0]; count: number }>();
  return {
    tell({ place, path }, finding) {
      if (place === undefined) return complain(finding);
      const kind = finding.message.replace(/[\d.]+/g, '#');
      const group = kinds.get(kind);
      if (group === undefined) {
        kinds.set(kind, { first: { ...finding, path, place: place() }, count: 1 });
      } else group.count++;
    },
    flush() {
      for (const { first, count } of kinds.values()) {
        const others = count === 1 ? '' : ` (and ${count - 1} more of this kind)`;
        complain({ ...first, message: `${first.message}${others}` });
      }
    },
  };
}
