import { expect, it } from '@jest/globals';
import {
  counterColumns,
  countersOfRow,
  overlayColumns,
} from '../../../controller/src/model/counter-columns.ts';
import type { NodeResults } from '../../../node-image/src/contract/index.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

/** As a node could deliver it, with another number in every place. */
function distinct(): NodeResults {
  const results = generateStoredRun({ measureMs: 1_000, repetitions: 1 }).repetitions[0]?.nodes[0]
    ?.results;
  if (results === null || results === undefined) throw new Error('no results');
  let next = 1;
  const renumber = <T extends object>(value: T): T =>
    Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, typeof one === 'object' ? one : next++]),
    ) as T;
  return { ...renumber(results), counters: { ...renumber(results.counters), cpuPeriods: null } };
}

it('is read back as it was written, whatever stands beside it in the row', () => {
  const results = distinct();
  const row = counterColumns.map(({ column, read }) => [column, read(results)] as const);
  const { counters, ...totals } = countersOfRow({ ...Object.fromEntries(row), name: 'n0' });
  expect({ ...results, ...totals, counters }).toEqual(results);
  expect(Object.keys(totals)).toHaveLength(4);
  expect(new Set(row.map(([, value]) => value)).size).toBe(row.length);
});

it('has a name of its own for every column of a table', () => {
  const stored = counterColumns.map(({ column }) => column);
  const told = [...counterColumns, ...overlayColumns].map(({ csvColumn }) => csvColumn);
  expect(new Set(stored).size).toBe(stored.length);
  expect(new Set(told).size).toBe(told.length);
});

it('tells what a node relayed, and nothing where it had no overlay', () => {
  const overlay = {
    messagesRelayed: 1,
    bytesRelayed: 2,
    messagesDelivered: 3,
    hopsTravelled: 4,
    duplicates: 5,
    forged: 6,
    unroutable: 7,
  };
  const results = distinct();
  const relaying = { ...results, counters: { ...results.counters, overlay } };
  expect(overlayColumns.map(({ read }) => read(relaying))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(new Set(overlayColumns.map(({ read }) => read(results)))).toEqual(new Set([null]));
});
