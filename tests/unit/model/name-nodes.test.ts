import { describe, expect, it } from '@jest/globals';
import { nameNodes } from '../../../controller/src/model/name-nodes.ts';

const first = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('nameNodes', () => {
  it.each([
    [[3], 'node 3'],
    [[0, 3], 'nodes 0 and 3'],
    [first(9), 'nodes 0, 1, 2, 3, 4, 5, 6, 7 and 8'],
    [first(50), 'nodes 0, 1, 2, 3, 4, 5, 6, 7 and 42 more'],
  ])('writes %j as it is said', (indexes, text) => {
    expect(nameNodes(indexes)).toBe(text);
  });
});
