import { type MalformedNetwork, row } from './malformed-networks.ts';

/** Events on nodes, and ends of events, with one or two things wrong, as in malformed-networks.ts. */
export const malformedTimelines: readonly MalformedNetwork[] = [
  row('the word that it had before', 'changes:\n  - {at: 1s, profile: wan}\n', [
    'unknown-key 3:1',
    'here it is timeline',
  ]),
  row('a crash of nobody', 'timeline:\n  - {at: 1s, crash: 9}\n', ['conflict 4:21', 'no node 9']),
  row(
    'a crash of nobody in a list',
    'network: {regions: [eu, us], between: wan}\ntimeline:\n  - {at: 1s, crash: [0, asia]}\n',
    ['not-one-of 5:25', 'there is no region asia'],
  ),
  row('a leader in a list', 'timeline:\n  - {at: 1s, crash: [0, leader]}\n', [
    'wrong-form 4:21',
    'the leader stands by itself',
  ]),
  row('a share of nobody', 'timeline:\n  - {at: 1s, crash: 0%}\n', [
    'out-of-range 4:21',
    'too small',
  ]),
  row('a pause without end', 'timeline:\n  - {at: 1s, pause: 0}\n', [
    'conflict 4:14',
    'not said for how long',
  ]),
  row('a restart with a length', 'timeline:\n  - {at: 1s, restart: 0, for: 2s}\n', [
    'conflict 4:26',
    'a restart has no length',
  ]),
  row(
    'a heal with a length',
    'timeline:\n  - {at: 1s, profile: wan}\n  - {at: 2s, heal: true, for: 2s}\n',
    ['conflict 5:26', 'a heal has no length'],
  ),
  row(
    'an end beyond the window',
    'phases: {measure: 5s}\ntimeline:\n  - {at: 1s, crash: 0, for: 5s}\n',
    ['conflict 5:29', 'it ends 6 s after the start'],
  ),
  row('a state of nobody who returns', 'timeline:\n  - {at: 1s, crash: 0, state: empty}\n', [
    'conflict 4:24',
    'nobody is started again here',
  ]),
  row(
    'a limit on processes',
    'runtime: process\ntimeline:\n  - {at: 1s, cpu: {nodes: 0, to: 0.1}, for: 1s}\n',
    ['conflict 5:14', 'the process runtime cannot do this'],
  ),
  row(
    'a pause of a node that is down',
    'timeline:\n  - {at: 1s, crash: 0, for: 5s}\n  - {at: 3s, pause: [0, 1], for: 1s}\n',
    ['conflict 5:21', 'node 0 of 4 is down then: "crash: node 0" holds from 1 s to 6 s'],
  ),
  row(
    'a crash of a node that stays away',
    'timeline:\n  - {at: 1s, crash: 0}\n  - {at: 9s, stop: 0}\n',
    ['conflict 5:20', 'holds from 1 s to the end'],
  ),
  row(
    'two limits of one kind',
    'timeline:\n  - {at: 1s, cpu: {nodes: 0, to: 1}, for: 5s}\n  - {at: 2s, cpu: {nodes: all, to: 0.1}, for: 1s}\n',
    ['conflict 5:19', 'node 0 of 4 has fewer cores then'],
  ),
  row('nobody left', 'timeline:\n  - {at: 1s, crash: [0, 1, 2]}\n  - {at: 2s, crash: leader}\n', [
    'conflict 5:21',
    'from 2 s on nobody is left',
  ]),
  row(
    'a heal while an event with an end holds',
    'timeline:\n  - {at: 1s, partition: [[0], [1]], for: 5s}\n  - {at: 2s, heal: true}\n',
    ['conflict 5:20', 'an event with an end of its own holds until 6 s'],
  ),
  row('an offset of nothing', 'timeline:\n  - {at: 1s, clock: {nodes: 0, by: 0ms}, for: 1s}\n', [
    'out-of-range 4:36',
    'too small',
  ]),
  row('an unknown expectation', 'expect: [catchup]\n', [
    'not-one-of 3:10',
    'found "catchup"',
    'catch-up',
  ]),
];
