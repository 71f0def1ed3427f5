import type { Cell } from '../../model/plan.ts';
import type { RunRecord } from '../../model/record.ts';
import { runtimeTraits } from '../../model/runtime-traits.ts';
import { costsOf } from '../../model/simulation-costs.ts';
import { canonicalJson } from '../../plan/canonical-json.ts';
import type { ComparedSide } from './compared-side.ts';

/** What two sides differ in that would make a comparison of their figures one of something else. */
export interface Difference {
  /** Stable key, such as `host.kernel` or `load`. */
  readonly key: string;
  readonly a: string;
  readonly b: string;
}

type Facts = Readonly<Record<string, unknown>>;

const qualityMin = 50;
const unknown = 'unknown';

/**
 * Keys that differ, those named in `allowed` left out: the factor under test. What software runs is
 * no key: that is what runs are compared for, and is said beside the result.
 */
export function findDifferences(
  a: ComparedSide,
  b: ComparedSide,
  allowed: readonly string[] = [],
): readonly Difference[] {
  const ofRuns = differing(runFacts(a.run), runFacts(b.run));
  const ofCells = differing(cellFacts(a.cell), cellFacts(b.cell));
  return [...ofRuns, ...ofCells, ...usability(a, b)].filter(({ key }) => !allowed.includes(key));
}

/** What is under test: differs without making runs incomparable. */
export function findSoftwareDifferences(a: RunRecord, b: RunRecord): readonly Difference[] {
  return differing(softwareFacts(a), softwareFacts(b));
}

/** Every key that `findDifferences` may give but those of usability. */
export function differenceKeys(run: RunRecord): readonly string[] {
  const [cell] = run.plan.cells;
  return [
    ...Object.keys(runFacts(run)),
    ...(cell === undefined ? [] : Object.keys(cellFacts(cell))),
  ];
}

/** The machine, and the means by which it was measured. */
function runFacts(run: RunRecord): Facts {
  const { runtime, hosts, provenance } = run;
  const each = (pick: (host: RunRecord['hosts'][number]) => unknown): string =>
    hosts.map((host) => String(pick(host) ?? unknown)).join('; ');
  return {
    runtime,
    ...(runtimeTraits[runtime].isSimulated ? { 'simulation.costs': costsOf(run) ?? unknown } : {}),
    'host.cpu': each(({ cpuModel }) => cpuModel),
    'host.cores': each(({ cores }) => cores),
    'host.memory': each(({ memoryBytes }) => `${Math.round(memoryBytes / 1024 ** 3)} GiB`),
    'host.kernel': each(({ kernel }) => kernel),
    'host.cgroup': each(({ cgroupVersion }) => cgroupVersion),
    'host.engine': each(({ engineVersion }) => engineVersion),
    nodejs: provenance.nodeVersion,
    contract: String(provenance.contractVersion),
  };
}

function softwareFacts({ provenance, plan }: RunRecord): Facts {
  const commands = plan.cells.map(({ settings }) => settings.command?.join(' ') ?? 'our own');
  return {
    command: [...new Set(commands)].join('; '),
    image: provenance.nodeImageName,
    'image id': provenance.nodeImage,
    commit: provenance.gitCommit ?? unknown,
    testbed: provenance.testbedVersion,
  };
}

/** What held in the cell. Seeds and addresses may differ: they are chance, not treatment. */
function cellFacts({ settings, nodeCount, network, nodes, timeline }: Cell): Facts {
  const { load, phases, engine, resources, shaper } = settings;
  return {
    nodes: nodeCount,
    load,
    phases,
    engine,
    // Runs of before there was a choice lack it.
    signature: settings.signature ?? 'ed25519',
    resources,
    shaper,
    network: {
      title: settings.network.title,
      links: network.initial.links,
      access: network.regions.map(({ upBitsPerSec, downBitsPerSec }) => [
        upBitsPerSec,
        downBitsPerSec,
      ]),
    },
    topology: settings.topology ?? 'full',
    placement: nodes.map(({ region, group }) => [region, group]),
    limits: nodes.map((node) => node.resources),
    timeline,
    node: settings.node ?? {},
    roles: nodes.map(({ role }) => role),
  };
}

function usability(a: ComparedSide, b: ComparedSide): readonly Difference[] {
  const found: Difference[] = [];
  if (a.verdict === 'invalid' || b.verdict === 'invalid') {
    found.push({ key: 'verdict', a: a.verdict, b: b.verdict });
  }
  const isLow = ({ quality }: ComparedSide): boolean => quality !== null && quality < qualityMin;
  if (found.length === 0 && (isLow(a) || isLow(b))) {
    found.push({ key: 'quality', a: wordQuality(a), b: wordQuality(b) });
  }
  return found;
}

function wordQuality({ quality }: ComparedSide): string {
  return quality === null ? unknown : `${Math.round(quality)} of 100, ${qualityMin} needed`;
}

function differing(a: Facts, b: Facts): readonly Difference[] {
  return Object.keys({ ...a, ...b }).flatMap((key) => {
    const [one, other] = [canonicalJson(plain(a[key])), canonicalJson(plain(b[key]))];
    return one === other ? [] : [{ key, a: word(a[key]), b: word(b[key]) }];
  });
}

/** Without what JSON cannot hold: a field that is absent and one that is undefined are the same. */
function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

const wordsMax = 80;

function word(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null && 'title' in value
      ? String(value.title) || 'unshaped'
      : typeof value === 'string'
        ? value
        : JSON.stringify(value ?? null);
  return text.length <= wordsMax ? text : `${text.slice(0, wordsMax - 1)}…`;
}
