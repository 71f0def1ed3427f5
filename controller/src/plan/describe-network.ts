import type { Cell, Plan } from '../model/plan.ts';
import { expectPair } from './expect-link.ts';

/** Longer lists of regions are cut: it is a cell of a table. */
const regionsShownMax = 6;
const custom = 'custom';

/**
 * The network of a cell in a few words: `wan`, `custom: 80 ms, 0.1 % loss`, `regions: eu 3, us 4`;
 * with `, changing` where it changes while it runs. Empty if unshaped.
 */
export function describeNetwork({ settings, network }: Cell): string {
  if (settings.shaper === 'none') return '';
  const { regions, initial, changes } = network;
  const suffix = changes.length > 0 ? ', changing' : '';
  if (regions.length === 1) {
    const { title } = settings.network;
    if (title !== custom || initial.links.length === 0) return `${title}${suffix}`;
    const { asked, lossRatio } = expectPair(network, initial, 0, 0);
    return `${custom}: ${asked.rtt}${lossRatio === 0 ? '' : `, ${asked.loss} loss`}${suffix}`;
  }
  const shown = regions
    .slice(0, regionsShownMax)
    .map(({ name, nodes }) => `${name} ${nodes.length}`);
  if (regions.length > regionsShownMax) shown.push(`${regions.length - regionsShownMax} more`);
  return `regions: ${shown.join(', ')}${suffix}`;
}

/** The networks of a plan, of each its largest size; those of an axis by their values. */
export function describeNetworks({ cells, axes }: Pick<Plan, 'cells' | 'axes'>): string {
  const varied = axes.filter(({ field }) => isNetworkField(field));
  const largest = cells.at(-1);
  if (varied.length === 0) return largest === undefined ? '' : describeNetwork(largest);
  return varied.map(({ values }) => values.map(({ text }) => text).join(' | ')).join(', ');
}

/** Whether an axis varies the network, or a part of it. */
export function isNetworkField(field: string): boolean {
  return field === 'network' || field.startsWith('network.');
}

/** `netem`; `netem | userspace` where it is varied: whoever shapes a cell at all. */
export function listShapers(cells: readonly Pick<Cell, 'settings'>[]): string {
  const shapers = cells.map(({ settings }) => settings.shaper).filter((one) => one !== 'none');
  return [...new Set(shapers)].join(' | ');
}
