import { assert } from '../../lib/assert.ts';
import type { ClassModel, FilterModel, LeafModel, LinkModel, NetemModel } from './link-model.ts';

/**
 * Reads lines of a node program back, so that what the kernel reports is held against the very
 * words that it was given. Knows the words that plan/netem uses and no others.
 * @param device the word in place of the device's name
 */
export function readProgram(lines: readonly string[], device: string): LinkModel {
  const classes = new Map<string, ClassModel>();
  const leaves = new Map<string, LeafModel>();
  const filters: FilterModel[] = [];
  let root = '';
  let defaultClass: number | null = null;
  for (const line of lines) {
    const words = line.split(' ');
    const after = (word: string) => words[words.indexOf(word, 2) + 1] ?? '';
    if (after('dev') !== device || words.includes('clsact') || words.includes('egress')) continue;
    if (words[0] === 'class') classes.set(after('classid'), readClass(after));
    else if (words[0] === 'filter') filters.push(readFilter(words));
    else if (words.includes('root')) {
      root = `${words[words.indexOf('handle') + 2]} ${after('handle')}`;
      defaultClass = Number(after('default'));
    } else leaves.set(after('parent'), readLeaf(words));
  }
  return { root, defaultClass, classes, leaves, filters, otherFilters: [] };
}

/** Filters that send packets over a device that duplicates them. */
export function readDetours(lines: readonly string[]): readonly FilterModel[] {
  return lines
    .filter((line) => line.startsWith('filter add dev DEV egress '))
    .map((line) => readFilter(line.split(' ')));
}

/** The netem of a line `qdisc add ... netem ...`. */
export function readNetem(words: readonly string[]): NetemModel {
  const part = (word: string, offset: number) => {
    const at = words.indexOf(word, words.indexOf('netem'));
    return at < 0 ? '0' : (words[at + offset] ?? '0');
  };
  const lossNames = part('loss', 1) === 'gemodel' ? [2, 3, 4, 5] : [2];
  return {
    limitPackets: Number(part('limit', 1)),
    delayUs: Number.parseFloat(part('delay', 1)),
    jitterUs: Number.parseFloat(part('delay', 2)),
    correlationRatio: readPercent(part('delay', 3)),
    loss: lossNames.map((offset) => readPercent(part('loss', offset))),
    duplicateRatio: readPercent(part('duplicate', 1)),
    corruptRatio: readPercent(part('corrupt', 1)),
    rateBytesPerSec: readRate(part('rate', 1)),
    extras: [],
  };
}

function readClass(after: (word: string) => string): ClassModel {
  return {
    parent: after('parent'),
    rateBytesPerSec: readRate(after('rate')),
    ceilBytesPerSec: readRate(after('ceil')),
    burstBytes: Number(after('burst')),
    ceilBurstBytes: Number(after('cburst')),
  };
}

function readLeaf(words: readonly string[]): LeafModel {
  const name = words[words.indexOf('handle') + 2] ?? '';
  if (name === 'netem') return { kind: 'netem', ...readNetem(words) };
  const at = words.indexOf('limit');
  return { kind: 'other', name, limit: at < 0 ? null : Number(words[at + 1]) };
}

function readFilter(words: readonly string[]): FilterModel {
  const after = (word: string) => words[words.indexOf(word) + 1] ?? '';
  const target = words.includes('mirred') ? words.at(-1) : after('flowid');
  return { priority: Number(after('prio')), prefix: after('dst'), target: target ?? '' };
}

function readPercent(text: string): number {
  return Number.parseFloat(text) / 100;
}

const bitsOfUnit: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, gbit: 1e9 };

function readRate(text: string): number {
  const match = /^(\d+)([a-z]*)$/.exec(text);
  const unit = match?.[2] === '' ? 'bit' : match?.[2];
  const factor = bitsOfUnit[unit ?? ''];
  assert(factor !== undefined, `${text} is a rate`);
  return Math.floor((Number(match?.[1]) * factor) / 8);
}
