import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import { binomialInterval } from '../../../controller/src/analyse/binomial-interval.ts';
import type { LinkFinding, NetworkFinding } from '../../../controller/src/model/network-finding.ts';
import type { NetworkRecord, StoredRun } from '../../../controller/src/model/record.ts';
import { generateShapedRun, regionNames } from '../../fixtures/shaped-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateShapedRun({ withChanges: true, measureMs: 15_000 });

function networkOf(run: StoredRun, cell = 0): NetworkFinding {
  const network = analyseRun(run).cells[cell]?.network;
  if (network == null) throw new Error('the fixture is shaped');
  return network;
}

function link(
  network: NetworkFinding,
  quantity: LinkFinding['quantity'],
  from = 'eu-west',
  to = 'asia',
): LinkFinding {
  const found = network.links.find(
    (one) => one.quantity === quantity && one.fromRegion === from && one.toRegion === to,
  );
  if (found === undefined) throw new Error(`no ${quantity} from ${from} to ${to}`);
  return found;
}

/** The same run with the network of every repetition changed. */
function changed(
  run: StoredRun,
  change: (network: NetworkRecord, repetition: number) => NetworkRecord,
): StoredRun {
  const repetitions = run.repetitions.map((record) => ({
    ...record,
    network: record.network === null ? null : change(record.network, record.repetition),
  }));
  return { ...run, repetitions };
}

/** The measured values of a link over the repetitions of the first size. */
function measuredOf(run: StoredRun, quantity: LinkFinding['quantity']): number[] {
  return run.repetitions
    .filter(({ cellId }) => cellId === run.run.plan.cells[0]?.id)
    .flatMap(({ network }) => network?.checks ?? [])
    .filter(
      (check) =>
        check.quantity === quantity && check.fromRegion === 'eu-west' && check.toRegion === 'asia',
    )
    .map(({ measured }) => measured ?? Number.NaN);
}

describe('the network of a size', () => {
  it('is nothing for an unshaped run', () => {
    const cells = analyseRun(generateStoredRun({ measureMs: 2000, repetitions: 2 })).cells;
    expect(cells.map(({ network }) => network)).toEqual([null, null, null, null]);
  });

  it('has every pair of regions in the order of the plan', () => {
    const network = networkOf(stored, 1);
    expect(network.shaper).toBe('netem');
    expect(network.regions.map(({ name }) => name)).toEqual([...regionNames]);
    const pairs = [...new Set(network.links.map((one) => `${one.fromRegion} ${one.toRegion}`))];
    expect(pairs).toEqual(regionNames.flatMap((a) => regionNames.map((b) => `${a} ${b}`)));
    expect(network.checks).toBe(25 * 4 * 3);
    expect(network.checksOutside).toBe(0);
  });

  it('takes the median of what each repetition measured', () => {
    const values = measuredOf(stored, 'rtt-median').sort((a, b) => a - b);
    const found = link(networkOf(stored), 'rtt-median');
    expect(values).toHaveLength(3);
    expect(found.measured).toBe(values[1]);
    expect(found).toMatchObject({ planned: 220, asked: '198-242 ms', samples: 300, checks: 3 });
  });

  it('pools the packets of all repetitions for the loss', () => {
    const lost = measuredOf(stored, 'loss').reduce((sum, share) => sum + share * 2000, 0);
    const found = link(networkOf(stored), 'loss');
    expect(found.measured).toBeCloseTo(lost / 6000, 12);
    expect(found.samples).toBe(6000);
    expect(found.interval).toEqual(binomialInterval(Math.round(lost), 6000, 0.99));
  });

  it('counts every check outside, and shows the furthest of all repetitions', () => {
    const off = generateShapedRun({ mismatched: [1], measureMs: 5000 });
    const network = networkOf(off);
    const found = link(network, 'rtt-median');
    expect(network.checksOutside).toBe(4);
    expect(found.checksOutside).toBe(1);
    expect(found.worst).toMatchObject({ repetition: 1, occasion: 'before' });
    expect(found.worst.measured).toBeLessThan(130);
    // The repetition does not count, so the figure is over the two others.
    expect(found.measured).toBeGreaterThan(213);
    expect(found.samples).toBe(200);
  });

  it('falls back on all repetitions where none is counted', () => {
    const off = generateShapedRun({ mismatched: [0, 1, 2], measureMs: 5000 });
    expect(link(networkOf(off), 'rtt-median').measured).toBeLessThan(130);
  });

  it('shows what was off, not what was not probed in another repetition', () => {
    const off = generateShapedRun({ mismatched: [1], measureMs: 5000 });
    const unprobed = changed(off, (network, repetition) => ({
      ...network,
      checks: network.checks.map((check) =>
        repetition === 2 ? { ...check, measured: null, samples: 0, isWithin: false } : check,
      ),
    }));
    const found = link(networkOf(unprobed), 'rtt-median');
    expect(found.checksOutside).toBe(1);
    expect(found.worst).toMatchObject({ repetition: 1 });
    expect(found.worst.measured).toBeLessThan(130);
  });

  it('takes nothing measured for the worst there is', () => {
    const silent = changed(stored, (network, repetition) => ({
      ...network,
      checks: network.checks.map((check) =>
        repetition === 2 ? { ...check, measured: null, isWithin: false } : check,
      ),
    }));
    const found = link(networkOf(silent), 'loss');
    expect(found.worst).toMatchObject({ measured: null, repetition: 2 });
    expect(found.samples).toBe(4000);
    const none = changed(silent, (network) => ({
      ...network,
      checks: network.checks.map((check) => ({ ...check, measured: null, isWithin: false })),
    }));
    expect(link(networkOf(none), 'loss')).toMatchObject({ measured: null, interval: null });
    expect(link(networkOf(none), 'rate')).toMatchObject({ measured: null, samples: 0 });
  });

  it('does not take what was not measured for a mismatch', () => {
    const silent = changed(stored, (network, repetition) => ({
      ...network,
      checks: network.checks.map((check) =>
        repetition === 2 && check.quantity === 'rate'
          ? { ...check, measured: null, samples: 0, isWithin: false }
          : check,
      ),
    }));
    const network = networkOf(silent, 1);
    expect(network).toMatchObject({ checks: 300, checksOutside: 0, checksUnmeasured: 25 });
    expect(link(network, 'rate')).toMatchObject({ checks: 3, checksOutside: 0, samples: 2000 });
  });

  it('keeps apart what was asked of one link at two times', () => {
    const again = changed(stored, (network) => ({
      ...network,
      checks: [
        ...network.checks,
        ...network.checks.map((check) => ({
          ...check,
          occasion: 'again' as const,
          asked: `${check.asked} later`,
        })),
      ],
    }));
    const network = networkOf(again);
    expect(network.checks).toBe(2 * networkOf(stored).checks);
    expect(network.links).toHaveLength(2 * networkOf(stored).links.length);
  });

  it('sums traffic by pair, with drops of full queues apart', () => {
    const { traffic } = networkOf(stored);
    const records = stored.repetitions.filter(({ nodeCount }) => nodeCount === 8);
    const counters = records.flatMap(({ network }) => network?.counters ?? []);
    expect(traffic).toHaveLength(25);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    expect(sum(traffic.map(({ packets }) => packets))).toBe(
      sum(counters.map(({ packets }) => packets)),
    );
    const dropping = traffic.filter(({ queueDropped }) => queueDropped > 0);
    expect(dropping).toHaveLength(1);
    expect(dropping[0]).toMatchObject({ fromRegion: 'eu-west', toRegion: 'brazil' });
    expect(dropping[0]?.dropped).toBeGreaterThan(dropping[0]?.queueDropped ?? 0);
  });

  it('says what happened besides', () => {
    const at = new Date('2026-11-23T09:31:00Z');
    const shapedAgainAt = new Date(at.getTime() + 1250);
    const disturbed = changed(stored, (network, repetition) => ({
      ...network,
      disturbances:
        repetition === 0
          ? [
              { nodeIndex: 2, at, text: 'n2 restarted', shapedAgainAt },
              { nodeIndex: 3, at, text: 'n3 lost its link', shapedAgainAt: null },
            ]
          : [],
      drift: repetition === 1 ? ['n4 has lost its qdisc.'] : [],
    }));
    const { disturbances, drift } = networkOf(disturbed);
    expect(disturbances.map(({ nodeIndex, unshapedMs }) => [nodeIndex, unshapedMs])).toEqual([
      [2, 1250],
      [3, null],
    ]);
    expect(drift).toEqual([{ repetition: 1, text: 'n4 has lost its qdisc.' }]);
  });
});

describe('changes of the network', () => {
  /** Acknowledged at the given offsets from the planned time, by nodes 0, 1, ... */
  function acknowledged(offsets: Readonly<Record<number, readonly (number | null)[]>>): StoredRun {
    return changed(stored, (network) => ({
      ...network,
      changes: network.changes.flatMap((change) => {
        const offset = offsets[change.changeIndex]?.[change.nodeIndex];
        if (offset === undefined) return [];
        const appliedAt = offset === null ? null : new Date(change.plannedAt.getTime() + offset);
        return [{ ...change, appliedAt, error: offset === null ? 'tc failed' : null }];
      }),
    }));
  }

  it('have the time at the last node, the spread, and how long a cut lasted', () => {
    const { changes } = networkOf(acknowledged({ 0: [10, 30, 70], 1: [25, 15, 40], 2: [5, 9] }));
    const same = (value: number): unknown => ({ median: value, max: value });
    expect(changes).toHaveLength(3);
    expect(changes[0]).toMatchObject({
      kind: 'partition',
      atMs: 5000,
      repetitions: 3,
      nodes: 3,
      nodesFailed: 0,
      delayMs: same(70),
      spreadMs: same(60),
      // Healed from 12,000 + 15; complete from 5,000 + 70.
      lastedMs: same(6945),
    });
    expect(changes[1]).toMatchObject({ kind: 'heal', delayMs: same(40), lastedMs: null });
    expect(changes[2]).toMatchObject({ kind: 'degrade', spreadMs: same(4), lastedMs: null });
  });

  it('that took no effect say why', () => {
    const { changes } = networkOf(acknowledged({ 0: [10, null], 1: [null, null] }));
    expect(changes[0]).toMatchObject({ nodesFailed: 3, error: 'tc failed', lastedMs: null });
    expect(changes[1]).toMatchObject({ nodesFailed: 6, delayMs: null, spreadMs: null });
  });

  it('that cut and are never healed lasted to the end', () => {
    const { changes } = networkOf(acknowledged({ 0: [1, 2] }));
    expect(changes).toHaveLength(1);
    expect(changes[0]?.lastedMs).toBeNull();
  });
});
