import { type MalformedNetwork, row } from './malformed-networks.ts';

const regions = 'network: {regions: [eu, us], between: 50ms}\n';
const groups =
  'network: {regions: [eu, us], between: 50ms, groups: {edge: {nodes: 1, region: eu}}}\n';

/** Placements with something wrong, for sizes of 4 and 7; see malformed-networks.ts. */
export const malformedPlacements: readonly MalformedNetwork[] = [
  row('a misspelt placement', `${regions}placement: roundrobin\n`, [
    'not-one-of 4:12',
    'found "roundrobin"',
    'round-robin',
  ]),
  row('a number as placement', `${regions}placement: 3\n`, ['wrong-type 4:12', 'found 3']),
  row('a placement without regions', 'placement: round-robin\n', [
    'conflict 3:1',
    'nothing to deal them over',
  ]),
  row('a region that there is not', `${regions}placement: [eu, us, asia, eu, us, asia, us]\n`, [
    'not-one-of 4:21',
    'there is no region asia',
  ]),
  row('a misspelt group', `${groups}placement: [eu/edge, us, eu/egde, eu, us, us, us]\n`, [
    'not-one-of 4:26',
    'there is no group eu/egde',
    'eu/edge',
  ]),
  row('a list shorter than the largest size', `${regions}placement: [eu, us, us, us, eu]\n`, [
    'conflict 4:1',
    'with 7 nodes, the placement lists only 5',
  ]),
  row('a region without a node', `${regions}placement: [eu, eu, eu, eu, eu, us, us]\n`, [
    'conflict 4:1',
    'with 4 nodes, the region us gets none',
  ]),
  row(
    'a list against the shares of a group',
    `${groups}placement: [eu/edge, us, eu/edge, eu, us, us, us]\n`,
    ['conflict 4:1', 'with 4 nodes, the list puts 2 into eu/edge, whose share is 1'],
  ),
  row(
    'a list against the shares of regions',
    'network: {regions: {eu: 3, us: rest}, between: 50ms}\nplacement: [eu, eu, eu, us, eu, us, us]\n',
    ['conflict 4:1', 'with 7 nodes, the list puts 4 into eu, and network.regions 3'],
  ),
];
