import type { Plan } from '../model/plan.ts';
import { expectPair } from './expect-link.ts';

/** Longer lists of regions are cut: it is a cell of a table. */
const regionsShownMax = 6;
const custom = 'custom';

/**
 * The network of a plan in a few words, of its largest size: `wan`, `custom: 80 ms, 0.1 % loss`,
 * `regions: eu 3, us 4`; with `, changing` where it changes while it runs. Empty if unshaped.
 */
export function describeNetwork({
  shaper,
  cells,
  scenario,
}: Pick<Plan, 'shaper' | 'cells' | 'scenario'>): string {
  const largest = cells.at(-1)?.network;
  if (shaper === 'none' || largest === undefined) return '';
  const { regions, initial, changes } = largest;
  const suffix = changes.length > 0 ? ', changing' : '';
  if (regions.length === 1) {
    const { title } = scenario.network;
    if (title !== custom || initial.links.length === 0) return `${title}${suffix}`;
    const { asked, lossRatio } = expectPair(largest, initial, 0, 0);
    return `${custom}: ${asked.rtt}${lossRatio === 0 ? '' : `, ${asked.loss} loss`}${suffix}`;
  }
  const shown = regions
    .slice(0, regionsShownMax)
    .map(({ name, nodes }) => `${name} ${nodes.length}`);
  if (regions.length > regionsShownMax) shown.push(`${regions.length - regionsShownMax} more`);
  return `regions: ${shown.join(', ')}${suffix}`;
}
