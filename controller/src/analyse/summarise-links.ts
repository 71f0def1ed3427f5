import type { LinkExtreme, LinkFinding } from '../model/network-finding.ts';
import type { Cell } from '../model/plan.ts';
import type { LinkCheckRecord } from '../model/record.ts';
import { binomialInterval } from './binomial-interval.ts';
import { median } from './describe.ts';
import type { ShapedRepetition } from './shaped-repetition.ts';

/** Confidence of the printed interval of loss; docs/methods.md. */
const lossConfidence = 0.99;

const quantities: readonly LinkCheckRecord['quantity'][] = [
  'rtt-median',
  'rtt-range',
  'loss',
  'rate',
];

interface Check {
  readonly check: LinkCheckRecord;
  readonly repetition: number;
  readonly isCounted: boolean;
}

/** @param shaped at least one, in order of repetition */
export function summariseLinks(
  cell: Cell,
  shaped: readonly ShapedRepetition[],
): readonly LinkFinding[] {
  const checks = shaped.flatMap(({ record, network, isCounted }) =>
    network.checks.map((check): Check => ({ check, repetition: record.repetition, isCounted })),
  );
  // One rule for all links of a size: what its other figures rest on, these do too.
  const hasCounted = checks.some(({ isCounted }) => isCounted);
  const groups = new Map<string, Check[]>();
  for (const one of checks) {
    const { fromRegion, toRegion, quantity, asked, planned } = one.check;
    const key = JSON.stringify([fromRegion, toRegion, quantity, asked, planned]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const position = new Map(cell.network.regions.map(({ name }, index) => [name, index]));
  const place = (name: string): number => position.get(name) ?? position.size;
  return [...groups.values()]
    .flatMap((group) => summariseGroup(group, hasCounted) ?? [])
    .sort(
      (a, b) =>
        place(a.fromRegion) - place(b.fromRegion) ||
        place(a.toRegion) - place(b.toRegion) ||
        quantities.indexOf(a.quantity) - quantities.indexOf(b.quantity),
    );
}

function summariseGroup(group: readonly Check[], hasCounted: boolean): LinkFinding | undefined {
  const [first] = group;
  if (first === undefined) return undefined;
  const { fromRegion, toRegion, quantity, asked, planned } = first.check;
  const basis = hasCounted ? group.filter(({ isCounted }) => isCounted) : group;
  const worst = group.reduce((a, b) => (margin(b.check) > margin(a.check) ? b : a));
  return {
    fromRegion,
    toRegion,
    quantity,
    asked,
    planned,
    ...(quantity === 'loss' ? poolLoss(basis) : takeMedian(basis)),
    low: Math.max(...group.map(({ check }) => check.low)),
    high: Math.min(...group.map(({ check }) => check.high)),
    checks: group.length,
    checksOutside: group.filter(({ check }) => isOff(check)).length,
    worst: describeExtreme(worst),
  };
}

type Measured = Pick<LinkFinding, 'measured' | 'interval' | 'samples'>;

/** A packet counts the same in whichever repetition it was sent. */
function poolLoss(group: readonly Check[]): Measured {
  let packets = 0;
  let lost = 0;
  for (const { check } of group) {
    if (check.measured === null) continue;
    packets += check.samples;
    lost += Math.round(check.measured * check.samples);
  }
  if (packets === 0) return { measured: null, interval: null, samples: 0 };
  const interval = binomialInterval(lost, packets, lossConfidence);
  return { measured: lost / packets, interval, samples: packets };
}

function takeMedian(group: readonly Check[]): Measured {
  const measured = group.flatMap(({ check }) => check.measured ?? []);
  const samples = group.reduce(
    (sum, { check }) => sum + (check.measured === null ? 0 : check.samples),
    0,
  );
  return { measured: measured.length === 0 ? null : median(measured), interval: null, samples };
}

/** What was not measured at all is no mismatch. */
function isOff({ isWithin, samples }: LinkCheckRecord): boolean {
  return !isWithin && samples > 0;
}

/**
 * How far beyond its tolerance a check is; negative inside it. Probes without any answer are the
 * worst; what was not probed says nothing.
 */
function margin({ measured, low, high, samples }: LinkCheckRecord): number {
  if (samples === 0) return Number.NEGATIVE_INFINITY;
  return measured === null ? Number.POSITIVE_INFINITY : Math.max(low - measured, measured - high);
}

function describeExtreme({ check, repetition }: Check): LinkExtreme {
  const { measured, low, high, fromNode, toNode, occasion } = check;
  return { measured, low, high, repetition, fromNode, toNode, occasion };
}
