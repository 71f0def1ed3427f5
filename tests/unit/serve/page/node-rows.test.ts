import { describe, expect, it } from '@jest/globals';
import {
  listNodeRows,
  nodeColumnList,
  tellStates,
} from '../../../../controller/src/serve/page/logic/node-rows.ts';
import { sampleSnapshot } from '../../../fixtures/live-samples.ts';

const { nodes, topology } = sampleSnapshot({ size: 20 }, 30);
if (nodes === null) throw new Error('the sample has nodes');

describe('listNodeRows', () => {
  it('has a row a node with a cell a column', () => {
    const rows = listNodeRows(nodes, topology, { by: 'node', isDescending: false });
    expect(rows.map(({ node }) => node)).toEqual(Array.from({ length: 20 }, (_, node) => node));
    expect(rows.every(({ cells }) => cells.length === nodeColumnList.length)).toBe(true);
  });

  it('sorts either way, with what is not known last', () => {
    const heights = (isDescending: boolean): (number | null | undefined)[] =>
      listNodeRows(nodes, topology, { by: 'height', isDescending }).map(
        ({ node }) => nodes.height[node],
      );
    const known = nodes.height.filter((height) => height !== null);
    expect(heights(false)).toEqual([...known.toSorted((a, b) => a - b), null]);
    expect(heights(true)).toEqual([...known.toSorted((a, b) => b - a), null]);
  });

  it('puts trouble first by state', () => {
    const rows = listNodeRows(nodes, topology, { by: 'state', isDescending: false });
    expect(rows.slice(0, 3).map(({ state }) => state)).toEqual(['down', 'silent', 'up']);
  });

  it('tells the lag behind the node that is furthest', () => {
    const lag = nodeColumnList.findIndex(({ id }) => id === 'lag');
    const rows = listNodeRows(nodes, topology, { by: 'lag', isDescending: false });
    expect(rows[0]?.cells[lag]).toBe('0');
    expect(rows.at(-1)?.cells[lag]).toBe('');
  });

  it('counts states, the good ones first', () => {
    expect(tellStates(nodes)).toBe('18 up, 1 silent, 1 down');
  });
});
