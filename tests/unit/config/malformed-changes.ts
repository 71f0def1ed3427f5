import { type MalformedNetwork, row } from './malformed-networks.ts';

/** Limits, shapers and changes with one or two things wrong, as in malformed-networks.ts. */
export const malformedChanges: readonly MalformedNetwork[] = [
  row('unknown resources', 'resources: tiny\n', ['not-one-of 3:12', 'found "tiny"']),
  row('misspelt resources', 'resources: standart\n', [
    'not-one-of 3:12',
    'found "standart"',
    'standard',
  ]),
  row('an unknown profile of resources', 'resources: {profile: larg}\n', [
    'not-one-of 3:22',
    'found "larg"',
  ]),
  row('misspelt fairness', 'resources: {cpus: fare}\n', [
    'wrong-unit 3:19',
    'it is not a plain number of cores',
  ]),
  row('resources as a number', 'resources: 2\n', ['wrong-type 3:12', 'found 2']),
  row('ready resources on processes', 'runtime: process\nresources: light\n', [
    'conflict 4:12',
    'the process runtime cannot limit its nodes',
  ]),
  row('fair cores on processes', 'runtime: process\nresources: {cpus: fair}\n', [
    'conflict 4:19',
    'the process runtime cannot limit its nodes',
  ]),
  row(
    'limits of a group on processes',
    'runtime: process\nnetwork:\n  groups:\n    edge: {nodes: 1, resources: {cpus: 0.2, memory: none}}\n',
    ['conflict 6:40', 'the process runtime cannot limit its nodes'],
  ),
  row('an unknown shaper', 'shaper: tc\n', ['not-one-of 3:9', 'found "tc"', 'netem']),
  row('a misspelt shaper', 'shaper: nettem\n', ['not-one-of 3:9', 'found "nettem"', 'netem']),
  row('no shaper for a network', 'network: wan\nshaper: none\n', [
    'conflict 4:9',
    'nobody would shape the network that is',
  ]),
  row('netem on processes', 'runtime: process\nnetwork: wan\nshaper: netem\n', [
    'conflict 5:9',
    'netem shapes containers, and the process',
  ]),
  row('corrupt packets under userspace', 'shaper: userspace\nnetwork: {profile: {corrupt: 1%}}\n', [
    'conflict 4:21',
    'the userspace shaper cannot corrupt packets',
  ]),
  row('duplicate packets on processes', 'runtime: process\nnetwork: {profile: {duplicate: 1%}}\n', [
    'conflict 4:21',
    'the userspace shaper cannot duplicate',
  ]),
  row(
    'several things that userspace cannot do',
    'shaper: userspace\nnetwork: {profile: {reorder: true, queue: 10}}\n',
    ['conflict 4:21', 'the userspace shaper cannot let packets'],
    ['conflict 4:36', 'the userspace shaper cannot limit queues'],
  ),
  row(
    'a change that userspace cannot do',
    'shaper: userspace\ntimeline:\n  - {at: 1s, degrade: {add: {corrupt: 1%}}}\n',
    ['conflict 5:30', 'the userspace shaper cannot corrupt packets'],
  ),
  row('a change as a block', 'timeline: {at: 1s, heal: true}\n', [
    'wrong-type 3:11',
    'found a block of keys',
  ]),
  row('a change without time', 'timeline:\n  - {partition: [[0], [1]]}\n', [
    'missing-key 4:5',
    'the key is missing and has no default',
  ]),
  row('a time without unit', 'timeline:\n  - {at: 5, partition: [[0], [1]]}\n', [
    'wrong-unit 4:10',
    'it has no unit',
  ]),
  row(
    'a change after the window',
    'phases: {measure: 20s}\ntimeline:\n  - {at: 20s, profile: wan}\n',
    ['conflict 5:10', '20 s after its start, the measured window'],
  ),
  row('a change without anything', 'timeline:\n  - {at: 5s}\n', [
    'conflict 4:5',
    'nothing happens at this time',
  ]),
  row(
    'a change that does two things',
    'timeline:\n  - {at: 5s, profile: wan, partition: [[0], [1]]}\n',
    ['conflict 4:14', 'one event does one thing, and this one has'],
  ),
  row('an unknown kind of change', 'timeline:\n  - {at: 5s, partion: [[0], [1]]}\n', [
    'unknown-key 4:14',
    'there is no key "partion" in "timeline[0]"',
    'partition',
  ]),
  row('a partition with one side', 'timeline:\n  - {at: 5s, partition: [[0, 1]]}\n', [
    'out-of-range 4:25',
    'found a list, which is too short',
  ]),
  row(
    'a partition that is not of lists',
    'timeline:\n  - {at: 5s, partition: [0, 1]}\n',
    ['wrong-type 4:26', 'found 0', '[0]'],
    ['wrong-type 4:29', 'found 1', '[1]'],
  ),
  row('a partition with an empty side', 'timeline:\n  - {at: 5s, partition: [[], [1]]}\n', [
    'out-of-range 4:26',
    'found an empty list, which is too short',
  ]),
  row(
    'a partition with an unknown region',
    'network: {regions: [eu, us], between: wan}\ntimeline:\n  - {at: 5s, partition: [[eu], [uss]]}\n',
    ['not-one-of 5:33', 'there is no region uss', 'us'],
  ),
  row(
    'a partition with a node that a size lacks',
    'timeline:\n  - {at: 5s, partition: [[0], [5]]}\n',
    ['conflict 4:32', 'the network of 4 nodes has no node 5'],
  ),
  row(
    'sides that overlap',
    'network: {regions: [eu, us], between: wan}\ntimeline:\n  - {at: 5s, partition: [[eu], [us, 0]]}\n',
    ['conflict 5:32', 'node 0 of 4 is on this side and on another'],
  ),
  row('a side that is everybody', 'timeline:\n  - {at: 5s, partition: [[all], [1]]}\n', [
    'conflict 4:33',
    'node 1 of 4 is on this side and on another',
  ]),
  row('a heal of nothing', 'timeline:\n  - {at: 5s, heal: true}\n', [
    'conflict 4:20',
    'the network is as it was at the start',
  ]),
  row(
    'a heal before the cut',
    'timeline:\n  - {at: 5s, heal: true}\n  - {at: 6s, partition: [[0], [1]]}\n',
    ['conflict 4:20', 'the network is as it was at the start'],
  ),
  row(
    'a second heal',
    'timeline:\n  - {at: 1s, profile: wan}\n  - {at: 5s, heal: true}\n  - {at: 6s, heal: true}\n',
    ['conflict 6:20', 'the network is as it was at the start'],
  ),
  row('a heal that is false', 'timeline:\n  - {at: 5s, heal: false}\n', [
    'not-one-of 4:20',
    'found false',
  ]),
  row(
    'a degradation of an unknown region',
    'network: {regions: [eu, us], between: wan}\ntimeline:\n  - {at: 5s, degrade: {from: eu, to: su, add: 5ms}}\n',
    ['not-one-of 5:38', 'there is no region su', 'eu'],
  ),
  row(
    'a degradation of nodes',
    'timeline:\n  - {at: 5s, degrade: {from: 0, to: 1, add: 5ms}}\n',
    ['conflict 4:30', 'links are between regions and groups'],
    ['conflict 4:37', 'links are between regions and groups'],
  ),
  row('a degradation without how', 'timeline:\n  - {at: 5s, degrade: {from: all}}\n', [
    'conflict 4:14',
    'nothing gets worse here',
  ]),
  row('a degradation in two ways', 'timeline:\n  - {at: 5s, degrade: {add: 5ms, with: wan}}\n', [
    'conflict 4:34',
    'add is given as well',
  ]),
  row('a degradation that adds nothing', 'timeline:\n  - {at: 5s, degrade: {add: ideal}}\n', [
    'conflict 4:29',
    'this adds nothing to the links',
  ]),
  row(
    'a degradation with one-way inside',
    'timeline:\n  - {at: 5s, degrade: {add: 5ms, one-way: true}}\n',
    ['unknown-key 4:34', 'there is no key "one-way" in'],
  ),
  row(
    'a degradation with rates of a node',
    'timeline:\n  - {at: 5s, degrade: {add: {rate: {up: 1Mbit}}}}\n',
    ['conflict 4:36', 'up and down are of the access link of a'],
  ),
  row('an unknown profile later', 'timeline:\n  - {at: 5s, profile: por}\n', [
    'not-one-of 4:23',
    'there is no such profile',
    'poor',
  ]),
  row('a profile with a direction', 'timeline:\n  - {at: 5s, profile: poor, one-way: true}\n', [
    'conflict 4:29',
    'profile has no direction',
  ]),
  row('a flap with one end', 'timeline:\n  - {at: 5s, flap: {link: [0], every: 2s, for: 4s}}\n', [
    'out-of-range 4:27',
    'found a list, which is too short',
  ]),
  row(
    'a flap of a node with itself',
    'timeline:\n  - {at: 5s, flap: {link: [0, 0], every: 2s, for: 4s}}\n',
    ['conflict 4:31', 'node 0 of 4 is on this side and on another'],
  ),
  row(
    'a flap that outlasts the window',
    'phases: {measure: 10s}\ntimeline:\n  - {at: 5s, flap: {link: [0, 1], every: 2s, for: 6s}}\n',
    ['conflict 5:51', 'the flap ends 11 s after the start of the'],
  ),
  row(
    'a flap that is too fast',
    'timeline:\n  - {at: 5s, flap: {link: [0, 1], every: 10ms, for: 6s}}\n',
    ['out-of-range 4:42', 'it is too small'],
  ),
  row(
    'a flap shorter than one cut',
    'timeline:\n  - {at: 5s, flap: {link: [0, 1], every: 9s, for: 4s}}\n',
    ['conflict 4:51', 'after 4 s the link would not have come back'],
  ),
  row(
    'a flap of thousands',
    'phases: {measure: 1h}\ntimeline:\n  - {at: 5s, flap: {link: [0, 1], every: 1s, for: 50m}}\n',
    ['conflict 5:42', 'the link would go 3000 times'],
  ),
  row(
    'a heal during a flap',
    'timeline:\n  - {at: 5s, flap: {link: [0, 1], every: 2s, for: 6s}}\n  - {at: 7s, heal: true}\n',
    ['conflict 5:20', 'a link is still flapping until 11 s'],
  ),
  row(
    'a flap with a misspelt key',
    'timeline:\n  - {at: 5s, flap: {link: [0, 1], evry: 2s, for: 6s}}\n',
    ['missing-key 4:14', 'the key is missing and has no default'],
    ['unknown-key 4:35', 'there is no key "evry" in "timeline[0].flap"', 'every'],
  ),
  row(
    'more flaps than a plan can hold',
    'phases: {measure: 1h}\ntimeline:\n  - {at: 1s, flap: {link: [0, 1], every: 1s, for: 50s}}\n  - {at: 2s, flap: {link: [0, 1], every: 1s, for: 50s}}\n  - {at: 3s, flap: {link: [0, 1], every: 1s, for: 50s}}\n  - {at: 4s, flap: {link: [0, 1], every: 1s, for: 50s}}\n  - {at: 5s, flap: {link: [0, 1], every: 1s, for: 50s}}\n',
    ['conflict 4:1', 'the network of 1 regions and groups would'],
  ),
  row('the profile that the network has', 'network: wan\ntimeline:\n  - {at: 5s, profile: wan}\n', [
    'conflict 5:14',
    'the network is so already',
  ]),
  row(
    'a degraded region without links',
    'network: {regions: {eu: 1, us: rest}, between: wan}\ntimeline:\n  - {at: 5s, degrade: {from: eu, to: eu, add: 9ms}}\n',
    ['conflict 5:14', 'the network is so already'],
  ),
  row(
    'the same partition again',
    'timeline:\n  - {at: 5s, partition: [[0], [1]]}\n  - {at: 6s, partition: [[1], [0]]}\n',
    ['conflict 5:14', 'the network is so already'],
  ),
  row(
    'problems in network, groups and changes',
    'network:\n  regions: {eu: 2, us: 9}\n  between: wan\ntimeline:\n  - {at: 5s, partition: [[eu], [asia]]}\n',
    ['conflict 4:3', 'with 4 nodes, the regions ask for 11'],
    ['not-one-of 7:33', 'there is no region asia'],
  ),
  row(
    'a wrong shape and a conflict elsewhere',
    'network: {profile: {loss: 5}}\nengine: {timeout: 1s, idle: 900ms}\n',
    ['wrong-unit 3:27', 'it has no unit'],
    ['conflict 4:29', 'an idle leader would wait 900 ms, and'],
  ),
];
