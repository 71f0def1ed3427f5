import { describe, expect, it } from '@jest/globals';
import { createSampleColumns } from '../../../controller/src/observe/sample-columns.ts';

describe('createSampleColumns', () => {
  it('gives back what was appended, across chunks and in order', () => {
    const columns = createSampleColumns(100_000);
    for (let index = 0; index < 20_000; index++) {
      expect(columns.append(index % 7, 1000 + Math.floor(index / 7), index % 3, index / 2)).toBe(
        true,
      );
    }
    const records = columns.materialise(['a', 'b', 'c']);
    expect(records).toHaveLength(20_000);
    for (const index of [0, 8191, 8192, 16_384, 19_999]) {
      expect(records[index]).toEqual({
        nodeIndex: index % 7,
        at: new Date(1000 + Math.floor(index / 7)),
        metric: ['a', 'b', 'c'][index % 3],
        value: index / 2,
      });
    }
  });

  it('drops and counts what is beyond its bound', () => {
    const columns = createSampleColumns(2);
    columns.append(0, 1, 0, 1);
    columns.append(0, 2, 0, 2);
    expect(columns.append(0, 3, 0, 3)).toBe(false);
    expect([columns.count, columns.dropped]).toEqual([2, 1]);
    expect(columns.materialise(['a'])).toHaveLength(2);
  });

  it('is empty when nothing was appended', () => {
    expect(createSampleColumns(10).materialise([])).toEqual([]);
  });
});
