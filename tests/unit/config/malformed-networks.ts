import type { Malformed } from './malformed-scenarios.ts';

/**
 * Definitions of networks with one or two things wrong, as in malformed-scenarios.ts: bodies start
 * at line 3. The third word of a problem is the known word that is suggested; without one, none
 * may be.
 */
export interface MalformedNetwork extends Omit<Malformed, 'problems'> {
  readonly problems: readonly (readonly [position: string, says: string, suggestion?: string])[];
}

export function row(
  title: string,
  body: string,
  ...problems: MalformedNetwork['problems']
): MalformedNetwork {
  return { title, text: `name: example\nnodes: [4, 7]\n${body}`, problems };
}

export const malformedNetworks: readonly MalformedNetwork[] = [
  row('a misspelt profile', 'network: wann\n', [
    'not-one-of 3:10',
    'there is no such profile',
    'wan',
  ]),
  row('a profile of nothing known', 'network: satellite\n', [
    'not-one-of 3:10',
    'there is no such profile',
  ]),
  row('a profile in capitals', 'network: WAN\n', [
    'not-one-of 3:10',
    'there is no such profile',
    'wan',
  ]),
  row('a number as network', 'network: 80\n', ['wrong-unit 3:10', 'it has no unit']),
  row('a network that is true', 'network: true\n', ['wrong-type 3:10', 'found true']),
  row('an empty network', 'network:\n', ['wrong-type 3:1', 'found nothing']),
  row('a list as network', 'network: [wan]\n', ['wrong-type 3:10', 'found a list']),
  row('a round trip without unit', 'network: "80"\n', [
    'wrong-unit 3:10',
    'it has no unit; write 80ms if these are milliseconds',
  ]),
  row('a negative round trip', 'network: -5ms\n', ['wrong-unit 3:10', 'it is negative']),
  row('a round trip beyond a minute', 'network: 2m\n', ['out-of-range 3:10', 'it is too large']),
  row('a range that ends before it starts', 'network: 100-50ms\n', [
    'out-of-range 3:10',
    'the range ends before it starts',
  ]),
  row('a range with a wrong unit', 'network: 50-100msec\n', [
    'wrong-unit 3:10',
    'the unit "msec" is not known; write 50-100ms',
  ]),
  row('a range without unit', 'network: 50-100\n', [
    'wrong-unit 3:10',
    'it has no unit; write 50-100ms if these are milliseconds',
  ]),
  row('a range of three', 'network: 10-20-30ms\n', [
    'wrong-unit 3:10',
    'the unit "-20-30ms" is not known; the units',
  ]),
  row('an unknown key in network', 'network: {profil: wan}\n', [
    'unknown-key 3:11',
    'there is no key "profil" in "network"',
    'profile',
  ]),
  row('a key of a profile at the level of network', 'network: {rtt: 80ms}\n', [
    'unknown-key 3:11',
    'there is no key "rtt" in "network"; it',
  ]),
  row('a matrix at the top level', 'matrix: {eu: {us: 80ms}}\n', [
    'unknown-key 3:1',
    'there is no key "matrix" at the top level;',
  ]),
  row('an unknown key in a profile', 'network: {profile: {rtt: 80ms, los: 1%}}\n', [
    'unknown-key 3:32',
    'there is no key "los" in "network.profile"',
    'loss',
  ]),
  row('latency for rtt', 'network: {profile: {latency: 80ms}}\n', [
    'unknown-key 3:21',
    'there is no key "latency" in',
  ]),
  row('a loss without percent', 'network: {profile: {loss: 0.1}}\n', [
    'wrong-unit 3:27',
    'it has no unit',
  ]),
  row('a loss in words', 'network: {profile: {loss: 1 percent}}\n', [
    'wrong-unit 3:27',
    'the unit "percent" is not known; write 1%',
  ]),
  row('a loss above 99 %', 'network: {profile: {loss: 100%}}\n', [
    'out-of-range 3:27',
    'it is too large',
  ]),
  row('a negative loss', 'network: {profile: {loss: -1%}}\n', [
    'wrong-unit 3:27',
    'it is negative',
  ]),
  row('a list as loss', 'network: {profile: {loss: [1%]}}\n', ['wrong-type 3:27', 'found a list']),
  row('a burst without leave', 'network: {profile: {loss: {burst: {enter: 1%}}}}\n', [
    'missing-key 3:28',
    'the key is missing and has no default',
  ]),
  row('a burst above 100 %', 'network: {profile: {loss: {burst: {enter: 101%, leave: 5%}}}}\n', [
    'out-of-range 3:43',
    'it is too large',
  ]),
  row(
    'a misspelt burst',
    'network: {profile: {loss: {brust: {enter: 1%, leave: 5%}}}}\n',
    ['missing-key 3:21', 'the key is missing and has no default'],
    ['unknown-key 3:28', 'there is no key "brust" in', 'burst'],
  ),
  row(
    'a misspelt key of a burst',
    'network: {profile: {loss: {burst: {enter: 1%, leaf: 5%}}}}\n',
    ['missing-key 3:28', 'the key is missing and has no default'],
    ['unknown-key 3:47', 'there is no key "leaf" in'],
  ),
  row(
    'a distribution that is unknown',
    'network: {profile: {rtt: 80ms, jitter: 5ms, distribution: gaussian}}\n',
    ['not-one-of 3:59', 'found "gaussian"', 'normal'],
  ),
  row(
    'a misspelt distribution',
    'network: {profile: {rtt: 80ms, jitter: 5ms, distribution: paretto}}\n',
    ['not-one-of 3:59', 'found "paretto"', 'pareto'],
  ),
  row('a jitter without unit', 'network: {profile: {rtt: 80ms, jitter: 5}}\n', [
    'wrong-unit 3:40',
    'it has no unit',
  ]),
  row('a jitter beyond the round trip', 'network: {profile: {rtt: 80ms, jitter: 90ms}}\n', [
    'conflict 3:40',
    'it would be negative',
  ]),
  row('a jitter without a round trip', 'network: {profile: {jitter: 9ms}}\n', [
    'conflict 3:29',
    'it would be negative',
  ]),
  row('a range with jitter', 'network: {profile: {rtt: 50-100ms, jitter: 9ms}}\n', [
    'conflict 3:44',
    'a range is spread evenly, and has its',
  ]),
  row(
    'a range with a distribution of its own',
    'network: {profile: {rtt: 50-100ms, distribution: normal}}\n',
    ['conflict 3:50', 'a range is spread evenly, and has its'],
  ),
  row(
    'a fixed round trip with jitter',
    'network: {profile: {rtt: 80ms, jitter: 9ms, distribution: fixed}}\n',
    ['conflict 3:59', 'a fixed round trip has no jitter'],
  ),
  row('a distribution without jitter', 'network: {profile: {rtt: 80ms, distribution: pareto}}\n', [
    'conflict 3:46',
    'a pareto round trip needs a jitter',
  ]),
  row('a rate in bytes', 'network: {profile: {rate: 10MB}}\n', [
    'wrong-unit 3:27',
    'the unit "MB" is not known; write 80Mbit',
  ]),
  row('a rate in MBps', 'network: {profile: {rate: 10MBps}}\n', [
    'wrong-unit 3:27',
    'the unit "MBps" is not known; write 80Mbit',
  ]),
  row('a rate in Mbps', 'network: {profile: {rate: 10Mbps}}\n', [
    'wrong-unit 3:27',
    'the unit "Mbps" is not known; write 10Mbit',
  ]),
  row('a rate without unit', 'network: {profile: {rate: 10}}\n', [
    'wrong-unit 3:27',
    'it has no unit',
  ]),
  row('a rate of nothing', 'network: {profile: {rate: 0Mbit}}\n', [
    'out-of-range 3:27',
    'it is too small',
  ]),
  row('a misspelt rate', 'network: {profile: {rate: {upp: 10Mbit}}}\n', [
    'unknown-key 3:28',
    'there is no key "upp" in',
    'up',
  ]),
  row('a rate up without unit', 'network: {profile: {rate: {up: 10}}}\n', [
    'wrong-unit 3:32',
    'it has no unit',
  ]),
  row('a queue of nothing', 'network: {profile: {queue: 0}}\n', [
    'out-of-range 3:28',
    'found 0, which is too small',
  ]),
  row('a queue in bytes', 'network: {profile: {queue: 64KiB}}\n', [
    'wrong-type 3:28',
    'found "64KiB"',
  ]),
  row('reorder in words', 'network: {profile: {reorder: sometimes}}\n', [
    'wrong-type 3:30',
    'found "sometimes"',
  ]),
  row('a profile like an unknown one', 'network: {profile: {like: wam}}\n', [
    'not-one-of 3:27',
    'found "wam"',
    'wan',
  ]),
  row('a correlation without percent', 'network: {profile: {correlation: 25}}\n', [
    'wrong-unit 3:34',
    'it has no unit',
  ]),
  row('regions without links', 'network: {regions: {eu: 2, us: rest}}\n', [
    'missing-key 3:11',
    'nothing says how eu reaches us',
  ]),
  row('an empty matrix', 'network: {matrix: {}}\n', ['conflict 3:10', 'no regions are named']),
  row('no regions at all', 'network: {within: lan}\n', ['conflict 3:10', 'no regions are named']),
  row('an empty list of regions', 'network: {regions: [], between: wan}\n', [
    'out-of-range 3:20',
    'found an empty list, which is too short',
  ]),
  row('an empty block of regions', 'network: {regions: {}, between: wan}\n', [
    'conflict 3:20',
    'no regions are named',
  ]),
  row('a region listed twice', 'network: {regions: [eu, us, eu], between: wan}\n', [
    'conflict 3:29',
    'the region eu is listed twice',
  ]),
  row('a region given twice', 'network:\n  regions: {eu: 2, eu: rest}\n  between: wan\n', [
    'duplicate-key 4:20',
    'the key eu was given before in the same',
  ]),
  row('regions as text', 'network: {regions: eu, between: wan}\n', [
    'wrong-type 3:20',
    'found "eu"',
  ]),
  row(
    'a region whose name starts with a digit',
    'network: {regions: {1eu: 2, us: rest}, between: wan}\n',
    ['wrong-form 3:21', '"1eu" cannot be a name'],
  ),
  row('a region with a space in its name', 'network: {regions: ["us east", eu], between: wan}\n', [
    'wrong-form 3:21',
    'found "us east"',
    'us-east',
  ]),
  row('a region called all', 'network: {regions: {all: 2, us: rest}, between: wan}\n', [
    'conflict 3:21',
    'all stands for all regions',
  ]),
  row('a share above 100 %', 'network: {regions: {eu: 140%, us: rest}, between: wan}\n', [
    'out-of-range 3:25',
    'it is too large',
  ]),
  row('a share as a fraction', 'network: {regions: {eu: 0.4, us: rest}, between: wan}\n', [
    'out-of-range 3:25',
    'a number of nodes is whole, from 1 to 1000;',
  ]),
  row('a share of nothing', 'network: {regions: {eu: 0, us: rest}, between: wan}\n', [
    'out-of-range 3:25',
    'a number of nodes is whole, from 1 to 1000;',
  ]),
  row('a share in words', 'network: {regions: {eu: half, us: rest}, between: wan}\n', [
    'wrong-unit 3:25',
    'it does not start with a number',
  ]),
  row('a negative share', 'network: {regions: {eu: -1, us: rest}, between: wan}\n', [
    'out-of-range 3:25',
    'a number of nodes is whole, from 1 to 1000;',
  ]),
  row('the rest twice', 'network: {regions: {eu: rest, us: rest}, between: wan}\n', [
    'conflict 3:35',
    'eu takes the rest already',
  ]),
  row(
    'shares that do not fill the network',
    'network: {regions: {eu: 40%, us: 30%}, between: wan}\n',
    ['conflict 3:11', 'the shares of the regions add up to 70 %'],
  ),
  row(
    'shares that one size would hide',
    'network: {regions: {eu: 30%, us: 30%, asia: 30%}, between: wan}\n',
    ['conflict 3:11', 'the shares of the regions add up to 90 %'],
  ),
  row('a little more than there is', 'network: {regions: {eu: 60%, us: 60%}, between: wan}\n', [
    'conflict 3:11',
    'the shares of the regions add up to 120 %',
  ]),
  row(
    'groups of more than their region',
    'network:\n  groups: {a: {nodes: 60%}, b: {nodes: 60%}}\n',
    ['conflict 4:15', 'the shares of the groups of all (a, b) add up to 120 %'],
  ),
  row('a region called __proto__', 'network: {regions: {__proto__: 2, us: 2}, between: wan}\n', [
    'wrong-form 3:21',
    '"__proto__" cannot be a name',
  ]),
  row('a group called __proto__', 'network:\n  groups:\n    __proto__: {nodes: 1}\n', [
    'wrong-form 5:5',
    '"__proto__" cannot be a name',
  ]),
  row(
    'a matrix with __proto__, as a row and in a row',
    'network:\n  matrix:\n    eu: {us: 80ms, __proto__: 5ms}\n    __proto__: {us: 5ms}\n',
    ['wrong-form 5:20', '"__proto__" cannot be a name'],
    ['wrong-form 6:5', '"__proto__" cannot be a name'],
  ),
  row(
    '__proto__ beside another flaw',
    'network: {groups: {__proto__: 1}, within: lam}\n',
    ['wrong-form 3:20', '"__proto__" cannot be a name'],
    ['not-one-of 3:43', 'there is no such profile', 'lan'],
  ),
  row('shares that overfill it', 'network: {regions: {eu: 80%, us: 50%}, between: wan}\n', [
    'conflict 3:11',
    'the shares of the regions add up to 130 %',
  ]),
  row('counts for one size only', 'network: {regions: {eu: 2, us: 2}, between: wan}\n', [
    'conflict 3:11',
    'with 7 nodes, the regions take 4, and no',
  ]),
  row('more regions than nodes', 'network: {regions: [a, b, c, d, e], between: wan}\n', [
    'conflict 3:11',
    'with 4 nodes, the region e gets none',
  ]),
  row('a region that gets nobody', 'network: {regions: {eu: 5%, us: rest}, between: wan}\n', [
    'conflict 3:25',
    'with 4 nodes, the region eu gets none',
  ]),
  row('a profile beside regions', 'network: {profile: wan, regions: [eu, us], between: wan}\n', [
    'conflict 3:11',
    'profile is of a network without regions;',
  ]),
  row(
    'a gap in the matrix',
    'network:\n  regions: [eu, us, asia]\n  matrix:\n    eu: {us: 80ms}\n',
    ['missing-key 6:5', 'nothing says how eu reaches asia, and the'],
  ),
  row(
    'a region that the matrix does not know',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {uss: 80ms}\n  between: wan\n',
    ['unknown-key 6:10', 'there is no region uss', 'us'],
  ),
  row(
    'a row of an unknown region',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: 80ms}\n    asai: {us: 80ms}\n',
    ['unknown-key 7:5', 'there is no region asai'],
  ),
  row('a cell without unit', 'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: 80}\n', [
    'wrong-unit 6:14',
    'it has no unit',
  ]),
  row(
    'a cell of an unknown profile',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: wen}\n',
    ['not-one-of 6:14', 'there is no such profile', 'wan'],
  ),
  row(
    'a cell with an unknown key',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: {rtt: 80ms, delay: 5ms}}\n',
    ['unknown-key 6:26', 'there is no key "delay" in'],
  ),
  row(
    'a cell that is a list',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: [80ms, 90ms]}\n',
    ['wrong-type 6:14', 'found a list'],
  ),
  row('a row that is no block', 'network:\n  regions: [eu, us]\n  matrix:\n    eu: 80ms\n', [
    'wrong-type 6:9',
    'found "80ms"',
  ]),
  row(
    'a cell given twice',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: 80ms, us: 90ms}\n',
    ['duplicate-key 6:20', 'the key us was given before in the same'],
  ),
  row(
    'two rates in one direction',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: {rtt: 8ms, rate: {up: 1Mbit, down: 2Mbit}}}\n',
    ['conflict 6:31', 'up and down are of the access link of a'],
  ),
  row(
    'two rates within a region',
    'network: {regions: [eu, us], between: wan, within: {rate: {up: 1Mbit, down: 2Mbit}}}\n',
    ['conflict 3:59', 'up and down are of the access link of a'],
  ),
  row(
    'a jitter of between that is too wide for a cell',
    'network:\n  regions: [eu, us]\n  matrix:\n    eu: {us: 8ms}\n  between: {jitter: 9ms}\n',
    ['conflict 6:10', 'it would be negative'],
  ),
  row('an unknown ready matrix', 'network: {regions: [eu, us], matrix: cluod}\n', [
    'not-one-of 3:38',
    'there is no ready matrix cluod',
    'cloud',
  ]),
  row('a matrix of another kind', 'network: {regions: [eu, us], matrix: 5}\n', [
    'wrong-type 3:38',
    'found 5',
  ]),
  row(
    'a matrix file without a scenario file',
    'network: {regions: [eu, us], matrix: cities.csv}\n',
    ['not-one-of 3:38', 'a matrix file stands beside a scenario'],
  ),
  row(
    'a region that the cloud does not have',
    'network: {regions: {frankfurt: 2, tokio: rest}, matrix: cloud}\n',
    ['unknown-key 3:35', 'the matrix knows no region tokio', 'tokyo'],
  ),
  row('all of the cloud for a few nodes', 'network: {matrix: cloud}\n', [
    'conflict 3:19',
    'with 4 nodes, the region london gets none',
  ]),
  row(
    'a group of an unknown region',
    'network:\n  regions: [eu, us]\n  between: wan\n  groups:\n    edge: {nodes: 1, region: ue}\n',
    ['not-one-of 7:30', 'there is no region ue', 'eu'],
  ),
  row('a group without nodes', 'network:\n  groups:\n    edge: {profile: poor}\n', [
    'missing-key 5:5',
    'the key is missing and has no default',
  ]),
  row('a group that is too large', 'network:\n  groups:\n    edge: {nodes: 9}\n', [
    'conflict 5:11',
    'with 4 nodes, the groups of all (edge) ask',
  ]),
  row('a group of nobody', 'network:\n  groups:\n    edge: {nodes: 5%}\n', [
    'conflict 5:11',
    'with 4 nodes, the group all/edge gets none',
  ]),
  row('a group with an unknown key', 'network:\n  groups:\n    edge: {nodes: 1, profil: poor}\n', [
    'unknown-key 5:22',
    'there is no key "profil" in',
    'profile',
  ]),
  row(
    'a group with an unknown profile',
    'network:\n  groups:\n    edge: {nodes: 1, profile: bad}\n',
    ['not-one-of 5:31', 'there is no such profile'],
  ),
  row(
    'a group with unknown resources',
    'network:\n  groups:\n    edge: {nodes: 1, resources: minmal}\n',
    ['not-one-of 5:33', 'found "minmal"', 'minimal'],
  ),
  row('groups as a list', 'network:\n  groups: [edge]\n', ['wrong-type 4:11', 'found a list']),
  row('a region as a table calls it', 'network: {between: wan, regions: [eu, São Paulo]}\n', [
    'wrong-form 3:39',
    'found "São Paulo"',
    'Sao-Paulo',
  ]),
  row('a group whose name is no name', 'network:\n  groups:\n    a/b: {nodes: 1}\n', [
    'wrong-form 5:5',
    '"a/b" cannot be a name',
    'a-b',
  ]),
  row(
    'a group for its region alone, too large at one size',
    'network:\n  regions: {eu: 2, us: rest}\n  between: wan\n  groups:\n    edge: {nodes: 3, region: us}\n',
    ['conflict 7:11', 'with 4 nodes, the groups of us (edge) ask'],
  ),
  row('a tag that makes bytes', 'network: !!binary aGVsbG8=\n', [
    'yaml-syntax 3:10',
    'the tag (a word that starts with "!") is not known',
  ]),
  row('a tag that makes a set', 'network: !!set {wan}\n', [
    'yaml-syntax 3:10',
    'the tag (a word that starts with "!") is not known',
  ]),
  row(
    'the rest of a region twice',
    'network:\n  regions: [eu, us]\n  between: wan\n  groups:\n    a: {nodes: rest, region: eu}\n    b: {nodes: rest, region: eu}\n',
    ['conflict 8:16', 'a takes the rest of eu already'],
  ),
  row(
    'the rest of every region twice',
    'network:\n  groups: {a: {nodes: rest}, b: {nodes: rest}}\n',
    ['conflict 4:41', 'a takes the rest of all already'],
  ),
  row(
    'bursts that lose everything',
    'network: {profile: {loss: {burst: {enter: 1%, leave: 0%}}}}\n',
    ['out-of-range 3:27', 'in the long run, these bursts lose 100 % of'],
  ),
  row(
    'more regions than there may be, as a block',
    `network:\n  regions: {${Array.from({ length: 49 }, (_, i) => `r${i}: 1`).join(', ')}}\n  between: 5ms\n`,
    ['out-of-range 4:3', 'these are 49 regions'],
  ),
  row(
    'more regions than there may be, in the matrix alone',
    `network:\n  between: 5ms\n  matrix: {a: {${Array.from({ length: 48 }, (_, i) => `r${i}: 5ms`).join(', ')}}}\n`,
    ['out-of-range 5:3', 'these are 49 regions'],
  ),
  row(
    'more groups than there may be',
    `network:\n  groups: {${Array.from({ length: 128 }, (_, i) => `g${i}: {nodes: 1}`).join(', ')}}\n`,
    ['out-of-range 4:3', 'the network would have 129 regions and groups'],
  ),
];
