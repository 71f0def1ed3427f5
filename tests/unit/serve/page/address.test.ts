import { describe, expect, it } from '@jest/globals';
import {
  type Address,
  readAddress,
  writeAddress,
} from '../../../../controller/src/serve/page/logic/address.ts';
import { tellRunsQuery } from '../../../../controller/src/serve/page/logic/runs-query.ts';

const addresses: readonly Address[] = [
  { view: 'now' },
  { view: 'runs', filter: {}, chosen: [] },
  {
    view: 'runs',
    filter: {
      search: 'wan & "poor"',
      verdict: 'suspect',
      nodes: 16,
      before: '2026-11-28T14:00:00.000Z',
    },
    chosen: ['20261128-140000-aaaa', '20261128-140000-bbbb'],
  },
  { view: 'run', id: '20261128-140000-aaaa' },
  { view: 'compare', a: '20261128-140000-aaaa', b: '20261128-140000-bbbb' },
  { view: 'start', scenario: null },
  { view: 'start', scenario: 'smoke.yaml' },
];

describe('the address', () => {
  it.each(addresses)('holds the whole state: %j', (address) => {
    expect(readAddress(writeAddress(address))).toEqual(address);
  });

  it('is the live view where it makes no sense', () => {
    expect(readAddress('?view=nowhere&id=1')).toEqual({ view: 'now' });
  });

  it('asks the API for what the filter says, and nothing else', () => {
    expect(tellRunsQuery({ search: 'a b', nodes: 4 })).toBe('?limit=50&search=a+b&nodes=4');
  });
});
