import { describe, expect, it } from '@jest/globals';
import { describeVaried, titleOf, unitOf } from '../../../controller/src/model/axes.ts';
import type { Axis, Coordinate } from '../../../controller/src/model/axis.ts';
import { type Located, wordCell, wordCells } from '../../../controller/src/model/word-cell.ts';

function cell(n: number, network?: string, rate?: number): Located {
  const coordinates: Coordinate[] = [{ axis: 'nodes', value: n, text: `${n}` }];
  if (network !== undefined) coordinates.push({ axis: 'network', value: network, text: network });
  if (rate !== undefined) coordinates.push({ axis: 'load.rate', value: rate, text: `${rate}` });
  return { coordinates };
}

const rates: Axis = {
  field: 'load.rate',
  kind: 'numeric',
  values: [
    { value: 200, text: '200' },
    { value: 1000, text: '1000' },
  ],
};

describe('words of an axis', () => {
  it('say a unit once, and only where the values lack it', () => {
    expect(titleOf(rates)).toBe('offered load, tx/s');
    expect(describeVaried([rates])).toBe('rate 200 | 1000 tx/s');
    expect(unitOf('load.rate', [{ value: 1, text: '1 tx/s' }])).toBe('');
  });

  it('are made of the field where the table has none', () => {
    const values = [{ value: 3, text: '3' }];
    expect(describeVaried([{ field: 'engine.forward', kind: 'numeric', values }])).toBe(
      'forward 3',
    );
  });
});

describe('wordCells', () => {
  const sizes = [4, 7, 16].map((n) => cell(n));
  const all = [4, 7, 16].flatMap((n) =>
    ['lan', 'wan'].flatMap((network) => [200, 1000].map((rate) => cell(n, network, rate))),
  );
  const those = (keep: (n: number, network: string, rate: number) => boolean): Located[] =>
    all.filter(({ coordinates: [n, network, rate] }) =>
      keep(Number(n?.value), `${network?.value}`, Number(rate?.value)),
    );

  it('lists sizes where nothing else is varied, all of them too', () => {
    expect(wordCells(sizes.slice(1), sizes)).toBe('n = 7, 16');
    expect(wordCells(sizes, sizes, ' and ')).toBe('n = 4, 7 and 16');
  });

  it('names one combination by all its values', () => {
    const [first] = all;
    expect(wordCells(all.slice(0, 1), all)).toBe('n = 4, network = lan, rate = 200');
    expect(wordCell(first ?? cell(0))).toBe('n = 4, network = lan, rate = 200');
  });

  it('names only what sets several apart from the rest', () => {
    expect(
      wordCells(
        those((_n, network) => network === 'wan'),
        all,
      ),
    ).toBe('network = wan');
    expect(
      wordCells(
        those((n, network) => n < 16 && network === 'wan'),
        all,
      ),
    ).toBe('n = 4 and 7, network = wan');
    expect(wordCells(all, all)).toBe('all 12 combinations');
  });

  it('parts what one box does not hold, in as few words as it finds', () => {
    expect(
      wordCells(
        those((n, _network, rate) => rate === 200 || n < 16),
        all,
      ),
    ).toBe('rate = 200; n = 4 and 7, rate = 1000');
  });

  it('names every cell of a group and no other, in boxes that leave some out', () => {
    const skipped = all.filter((_one, index) => index !== 3);
    expect(wordCells(those((n) => n === 4).slice(0, 3), skipped)).toBe('n = 4');
  });

  it('cuts what would be no sentence any more', () => {
    const scattered = Array.from({ length: 20 }, (_, n) => cell(n, n % 2 === 0 ? 'lan' : 'wan', n));
    const other = scattered.flatMap(({ coordinates }, index) =>
      scattered.map(({ coordinates: [size] }, at) =>
        at === index
          ? { coordinates }
          : { coordinates: [size, ...coordinates.slice(1)] as Coordinate[] },
      ),
    );
    expect(wordCells(scattered, [...scattered, ...other])).toMatch(/; 16 more$/);
  });
});
