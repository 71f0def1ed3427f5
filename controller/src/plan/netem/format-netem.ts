import { assertNever } from '../../lib/assert.ts';
import type { DelayShape, LinkShape, LossShape } from '../../model/network.ts';

/**
 * The words of one netem qdisc. Every property is stated, also where it is zero: `qdisc change`
 * leaves correlation, corruption, rate and distribution table as they were if they are not named
 * (net/sched/sch_netem.c, netem_change). Duplication is not among them, see duplicate-links.ts.
 */

/** What "unlimited" is said as: 1,500 bytes take 120 ns. */
export const unlimitedRate = '100gbit';

/**
 * Uniform as a table, because no word takes a table away again: `qdisc change` needs it, and
 * whoever runs that provides the file `testbed-uniform.dist`.
 */
export const uniformTable = 'testbed-uniform';

/**
 * @param verb `change`: the leaf may hold packets and the settings of another shape
 * @see tc-netem(8); times in whole microseconds, ratios as percent
 */
export function formatNetem(shape: LinkShape, verb: 'add' | 'change'): string {
  return [
    `limit ${shape.queuePackets}`,
    formatDelay(shape.delay, verb),
    formatLoss(shape.loss),
    `corrupt ${formatPercent(shape.corruptRatio)}`,
    `rate ${formatNetemRate(shape, verb)}`,
  ].join(' ');
}

/** Whole bits per second; tc counts in bytes, so the least is 8. */
export function formatRate(bitsPerSec: number): string {
  return `${Math.max(8, Math.round(bitsPerSec))}bit`;
}

/** Percent with at most seven decimals, never an exponent; the kernel resolves 2.3e-8 percent. */
export function formatPercent(ratio: number): string {
  const decimal = (ratio * 100).toFixed(7);
  return `${decimal.replace(/\.?0+$/, '')}%`;
}

/**
 * With a rate, netem counts a packet's delay from the one before it and so keeps their order; a
 * rate of 0 is none: a link that reorders has its rate from its class. On a new leaf without delay there is nothing to overtake, and a rate would
 * only cost a timer for each packet.
 */
function formatNetemRate(shape: LinkShape, verb: 'add' | 'change'): string {
  if (shape.reorders) return '0bit';
  if (shape.rateBitsPerSec !== null) return formatRate(shape.rateBitsPerSec);
  const isImmediate = shape.delay.meanMs === 0 && jitterOf(shape.delay) === 0;
  return isImmediate && verb === 'add' ? '0bit' : unlimitedRate;
}

/** Without a word for the distribution netem is uniform, whatever its manual says. */
function formatDelay(delay: DelayShape, verb: 'add' | 'change'): string {
  const jitterMs = jitterOf(delay);
  const times = [delay.meanMs, jitterMs].map((ms) => `${Math.round(ms * 1000)}us`);
  const words = `delay ${times.join(' ')} ${formatPercent(delay.correlationRatio)}`;
  if (jitterMs === 0) return words;
  if (delay.distribution !== 'uniform') return `${words} distribution ${delay.distribution}`;
  return verb === 'change' ? `${words} distribution ${uniformTable}` : words;
}

function jitterOf(delay: DelayShape): number {
  return delay.distribution === 'fixed' ? 0 : delay.jitterMs;
}

/**
 * gemodel p r 1-h 1-k: from good to bad, from bad to good, lost in bad, lost in good. tc turns the
 * third into the kernel's h by itself (tc/q_netem.c), so it is stated as a loss like the fourth.
 */
function formatLoss(loss: LossShape): string {
  switch (loss.kind) {
    case 'none':
      return 'loss random 0%';
    case 'independent':
      return `loss random ${formatPercent(loss.ratio)}`;
    case 'gilbert-elliott': {
      const ratios = [
        loss.enterBadRatio,
        loss.leaveBadRatio,
        loss.badLossRatio,
        loss.goodLossRatio,
      ];
      return `loss gemodel ${ratios.map(formatPercent).join(' ')}`;
    }
    default:
      return assertNever(loss);
  }
}
