import { unlimitedRate } from '../../plan/netem/format-netem.ts';
import { accessClass, cutClass, ownHandle } from '../../plan/netem/tree.ts';
import type { ClassModel, FilterModel, LeafModel, LinkModel, NetemModel } from './link-model.ts';

/**
 * What is not as it was asked for, as sentences. Pure. Rounding is allowed for: tc prints times in
 * whole microseconds, rates of classes with four digits, and ratios with six.
 */
export interface CompareOptions {
  /** Beginning of each sentence: `Node 3`. */
  readonly node: string;
  /** Of regions, for people. */
  readonly nameOf: (classId: string) => string;
}

export function compareLinks(
  asked: LinkModel,
  found: LinkModel,
  options: CompareOptions,
): readonly string[] {
  if (asked.root !== found.root) {
    return [`${options.node} carries the root qdisc ${found.root} instead of ${asked.root}.`];
  }
  const { node } = options;
  return [
    ...tellOthers(found.otherFilters, options),
    ...compareFilters(asked.filters, found.filters, options),
    ...(asked.defaultClass === found.defaultClass
      ? []
      : [
          `${node} sends what no filter takes to class ${found.defaultClass} instead of ${asked.defaultClass}.`,
        ]),
    ...compareClasses(asked, found, options),
    ...compareLeaves(asked, found, options),
  ];
}

export function tellOthers(
  filters: readonly string[],
  { node }: CompareOptions,
): readonly string[] {
  return filters.map((filter) => `${node} has a filter that the plan does not have: ${filter}.`);
}

export function compareFilters(
  asked: readonly FilterModel[],
  found: readonly FilterModel[],
  { node, nameOf }: CompareOptions,
): readonly string[] {
  const keyOf = ({ priority, prefix }: FilterModel) => `${priority} ${prefix}`;
  const askedBy = new Map(asked.map((filter) => [keyOf(filter), filter]));
  const foundBy = new Map(found.map((filter) => [keyOf(filter), filter]));
  const missing = asked.flatMap((filter) => {
    const there = foundBy.get(keyOf(filter));
    if (there === undefined) {
      return `${node} has no filter that sends ${filter.prefix} to ${nameOf(filter.target)}.`;
    }
    return there.target === filter.target
      ? []
      : `${node} has a filter that sends ${filter.prefix} to ${nameOf(there.target)} instead of ` +
          `${nameOf(filter.target)}.`;
  });
  const extra = found
    .filter((filter) => askedBy.get(keyOf(filter)) === undefined)
    .map(
      ({ priority, prefix, target }) =>
        `${node} has a filter that the plan does not have: ${prefix} to ${nameOf(target)}, ` +
        `priority ${priority}.`,
    );
  const twice = found.length - foundBy.size;
  return [
    ...missing,
    ...extra,
    ...(twice > 0 ? [`${node} has ${twice} filters more than once.`] : []),
  ];
}

/** Differences of one netem, each `what is A instead of B`. */
export function compareNetem(asked: NetemModel, found: NetemModel): readonly string[] {
  const differences: string[] = [];
  const check = (isSame: boolean, name: string, words: (netem: NetemModel) => string) => {
    if (!isSame) differences.push(`${name} is ${words(found)} instead of ${words(asked)}`);
  };
  check(
    asked.limitPackets === found.limitPackets,
    'the limit',
    (one) => `${one.limitPackets} packets`,
  );
  // Without delay tc does not print the jitter either, and netem never has one beyond its delay.
  const hasDelay = asked.delayUs > 0 || found.delayUs > 0;
  check(
    isSameTime(asked.delayUs, found.delayUs) &&
      (!hasDelay || isSameTime(asked.jitterUs, found.jitterUs)),
    'the delay',
    (one) => `${millis(one.delayUs)} +- ${millis(one.jitterUs)} ms`,
  );
  check(
    !hasDelay || isSameRatio(asked.correlationRatio, found.correlationRatio),
    'the correlation of the delay',
    (one) => percent(one.correlationRatio),
  );
  check(isSameLoss(asked.loss, found.loss), 'the loss', (one) => one.loss.map(percent).join(' '));
  for (const [key, name] of [
    ['duplicateRatio', 'duplication'],
    ['corruptRatio', 'corruption'],
  ] as const) {
    check(isSameRatio(asked[key], found[key]), name, (one) => percent(one[key]));
  }
  check(isSameNetemRate(asked, found), 'the rate', (one) => rate(one.rateBytesPerSec));
  differences.push(...found.extras.map((extra) => `it has ${extra}, which the plan does not`));
  return differences;
}

function compareClasses(asked: LinkModel, found: LinkModel, options: CompareOptions): string[] {
  const { node, nameOf } = options;
  const sentences: string[] = [];
  for (const [id, wanted] of asked.classes) {
    const there = found.classes.get(id);
    if (there === undefined) sentences.push(`${node} has no class for ${nameOf(id)}.`);
    else sentences.push(...compareClass(wanted, there, `${node} towards ${nameOf(id)}`));
  }
  for (const id of found.classes.keys()) {
    if (!asked.classes.has(id))
      sentences.push(`${node} has a class that the plan does not have: ${id}.`);
  }
  return sentences;
}

function compareClass(asked: ClassModel, found: ClassModel, where: string): string[] {
  // tc says "root" of a class whose parent is the root qdisc.
  const parentOf = ({ parent }: ClassModel) => (parent === 'root' ? ownHandle : parent);
  const sentences: string[] = [];
  if (parentOf(asked) !== parentOf(found)) {
    sentences.push(`${where}: the class hangs from ${found.parent} instead of ${asked.parent}.`);
  }
  for (const [key, name] of [
    ['rateBytesPerSec', 'rate'],
    ['ceilBytesPerSec', 'ceiling'],
  ] as const) {
    if (!isSameRate(asked[key], found[key])) {
      sentences.push(
        `${where}: the ${name} is ${rate(found[key])} instead of ${rate(asked[key])}.`,
      );
    }
  }
  for (const [key, name] of [
    ['burstBytes', 'burst'],
    ['ceilBurstBytes', 'burst at the ceiling'],
  ] as const) {
    if (Math.abs(asked[key] - found[key]) <= Math.max(1, BURST_RATIO * asked[key])) continue;
    sentences.push(`${where}: the ${name} is ${found[key]} bytes instead of ${asked[key]}.`);
  }
  return sentences;
}

function compareLeaves(asked: LinkModel, found: LinkModel, options: CompareOptions): string[] {
  const { node, nameOf } = options;
  const extra = [...found.leaves].flatMap(([parent, leaf]) =>
    asked.leaves.has(parent)
      ? []
      : [
          `${node} has a qdisc that the plan does not have: ${nameOfLeaf(leaf)} below ${nameOf(parent)}.`,
        ],
  );
  const differing = [...asked.leaves].flatMap(([parent, wanted]) => {
    const there = found.leaves.get(parent);
    const where = `${node} towards ${nameOf(parent)}`;
    if (there === undefined) return [`${where}: the qdisc ${nameOfLeaf(wanted)} is gone.`];
    if (wanted.kind === 'netem' && there.kind === 'netem') {
      const differences = compareNetem(wanted, there);
      return differences.length === 0 ? [] : [`${where}: ${differences.join('; ')}.`];
    }
    if (nameOfLeaf(wanted) !== nameOfLeaf(there)) {
      return [`${where}: the qdisc is ${nameOfLeaf(there)} instead of ${nameOfLeaf(wanted)}.`];
    }
    const [limit, limitThere] = [wanted, there].map((leaf) =>
      leaf.kind === 'other' ? leaf.limit : null,
    );
    return limit === limitThere
      ? []
      : [`${where}: the queue holds ${limitThere} bytes instead of ${limit}.`];
  });
  return [...differing, ...extra];
}

function nameOfLeaf(leaf: LeafModel): string {
  return leaf.kind === 'netem' ? 'netem' : leaf.name;
}

const TIME_US = 2;
const TIME_RATIO = 1e-4;
const RATIO = 1e-5;
const RATE_RATIO = 2e-3;
/** The kernel holds a burst as a time, in ticks of 64 ns. */
const BURST_RATIO = 0.01;
const unlimitedBytesPerSec = (Number.parseInt(unlimitedRate, 10) * 1e9) / 8;

function isSameTime(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(TIME_US, TIME_RATIO * a);
}

function isSameRatio(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(1e-9, RATIO * a);
}

function isSameRate(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(1, RATE_RATIO * a);
}

function isSameLoss(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((ratio, at) => isSameRatio(ratio, b[at] ?? Number.NaN));
}

/** A leaf without delay has no rate when new, and the one for unlimited after a change. */
function isSameNetemRate(asked: NetemModel, found: NetemModel): boolean {
  const isImmediate = asked.delayUs === 0 && asked.rateBytesPerSec === 0;
  if (isImmediate && found.rateBytesPerSec === unlimitedBytesPerSec) return true;
  return isSameRate(asked.rateBytesPerSec, found.rateBytesPerSec);
}

function millis(microseconds: number): string {
  return String(Number((microseconds / 1000).toFixed(3)));
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(6))} %`;
}

function rate(bytesPerSec: number): string {
  return bytesPerSec === 0 ? 'none' : `${bytesPerSec * 8} bit/s`;
}

/** Names of the classes that every node has. */
export function nameOwnClass(classId: string): string | null {
  if (classId === accessClass) return 'its access link';
  return classId === cutClass ? 'what is cut' : null;
}
