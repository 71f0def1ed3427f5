/** The parts of the report that are words: tiles, warnings, environment, definitions. */
import { formatBytes, formatDuration } from '../../lib/units.ts';
import type { CellFinding, RunFinding } from '../../model/finding.ts';
import { isLatencyWhole } from '../../model/latency-share.ts';
import type { HostFacts } from '../../model/record.ts';
import { isSizeAlone } from '../../model/word-cell.ts';
import { describeClaims } from '../describe-claims.ts';
import { describeLimits } from '../describe-limits.ts';
import { describeShaping, listConcerns, markInvalid } from '../describe-run.ts';
import { allFigures, type Figure, latencyFigures, throughputFigure } from '../figures.ts';
import { formatJson } from '../format-json.ts';
import { formatPercent, formatTime, noValue } from '../format-value.ts';
import { type Child, element, lines, type Markup } from './markup.ts';

/** The six numbers to see first; those of sizes that are not valid grey and in parentheses. */
export function drawTiles({ cells, run }: RunFinding): Markup {
  const areSizes = isSizeAlone(cells);
  const sizes = [...new Set(cells.map(({ nodeCount }) => nodeCount))];
  const planned = sum(cells.map(({ repetitionsPlanned }) => repetitionsPlanned));
  const verdicts = cells.flatMap(({ repetitions }) => repetitions.map(({ verdict }) => verdict));
  const valid = verdicts.filter((verdict) => verdict === 'valid').length;
  const endedAt = run.endedAt;
  const share = tileShare(cells);
  const tiles: readonly (readonly [string, Child, string])[] = [
    areSizes
      ? ['Nodes', range(sizes.map(String)), '']
      : ['Combinations', `${cells.length}`, `n = ${range(sizes.map(String))}`],
    ['Throughput, tx/s', range(ends(cells, throughputFigure)), ''],
    ['Median latency, ms', range(ends(cells, latencyFigures.p50)), share],
    ['99th percentile, ms', range(ends(cells, latencyFigures.p99)), share],
    ['Valid repetitions', `${valid}`, `of ${planned}`],
    [
      'Took',
      endedAt === null ? noValue : formatDuration(endedAt.getTime() - run.startedAt.getTime()),
      '',
    ],
  ];
  const drawn = tiles.map(([term, value, unit]) =>
    element(
      'div',
      { class: 'tile' },
      element('dt', {}, term),
      element(
        'dd',
        { class: isMarked(value) ? 'unusable' : null },
        value,
        unit === '' ? null : [' ', element('small', {}, unit)],
      ),
    ),
  );
  return element('dl', { class: 'tiles' }, lines(drawn));
}

/** In parentheses: read as not valid also where the colour is not seen. */
function isMarked(value: Child): boolean {
  return typeof value === 'string' && value.includes('(');
}

/** Reasons per size, then warnings; null if there is nothing to say. */
export function drawConcerns({ cells, warnings }: RunFinding): Markup | null {
  const reasons = listConcerns(cells).map(
    ({ where, verdict, text, extent }): Child => [
      element('b', { class: verdict === 'invalid' ? 'bad' : 'caution' }, verdict),
      ` at ${where}${extent === '' ? '' : ` (${extent})`}: ${text}`,
    ],
  );
  const list = (title: string, texts: readonly Child[]): Markup | null =>
    texts.length === 0
      ? null
      : element(
          'section',
          {},
          element('h2', {}, title),
          element('ul', {}, lines(texts.map((text) => element('li', {}, text)))),
        );
  if (reasons.length + warnings.length === 0) return null;
  return element(
    'div',
    { class: 'concerns' },
    list('Why not all is valid', reasons),
    list('Before you use these numbers', warnings),
  );
}

/** Where the numbers come from. */
export function drawEnvironment({ run }: RunFinding): Markup {
  const { hosts, provenance, plan } = run;
  const commit = provenance.gitCommit ?? 'unknown';
  const claims = describeClaims(run);
  const facts: readonly (readonly [string, string])[] = [
    ['Run', run.id],
    ['Command', provenance.commandLine],
    ['Started', formatTime(run.startedAt)],
    ['Ended', run.endedAt === null ? 'not yet' : `${formatTime(run.endedAt)}, ${run.status}`],
    ...hosts.flatMap(describeHost),
    ['Runtime', run.runtime],
    ['Network', describeShaping(run)],
    ['Limits per node', describeLimits(run)],
    ['Node image', `${provenance.nodeImageName}, ${provenance.nodeImage}`],
    ...(claims === null ? [] : [['Nodes say they are', claims] as const]),
    ['Node.js', provenance.nodeVersion],
    [
      'Testbed',
      `${provenance.testbedVersion}, commit ${commit}${provenance.gitDirty === true ? ' with changes' : ''}`,
    ],
    ['Contract', `version ${provenance.contractVersion}`],
    ['Seed', `${plan.scenario.seed}`],
    ['Plan', plan.hash],
  ];
  return element(
    'dl',
    { class: 'facts' },
    lines(facts.map(([term, fact]) => lines([element('dt', {}, term), element('dd', {}, fact)]))),
  );
}

function describeHost(host: HostFacts): readonly (readonly [string, string])[] {
  const engine = host.engineVersion === null ? 'none' : `Docker ${host.engineVersion}`;
  return [
    ['Host', `${host.hostname}, ${host.osName}, kernel ${host.kernel}`],
    ['CPU', `${host.cores} cores, ${host.cpuModel}`],
    ['Memory', formatBytes(host.memoryBytes)],
    [
      'Container engine',
      host.engineApiVersion === null ? engine : `${engine}, API ${host.engineApiVersion}`,
    ],
    ['Control groups', host.cgroupVersion === null ? 'unknown' : `version ${host.cgroupVersion}`],
  ];
}

export function drawScenario({ run }: RunFinding): Markup {
  return element('pre', {}, formatJson(run.plan.scenario));
}

/** How each number is measured, in a sentence each. */
export function drawDefinitions(): Markup {
  const terms = allFigures.map(({ heading, title, definition }): readonly [string, string] => [
    `${heading}: ${title}`,
    definition,
  ]);
  const method: readonly (readonly [string, string])[] = [
    [
      'Mean and interval',
      'Each repetition, on a fresh network, gives one value. Printed are the mean of the counted ' +
        'repetitions and its 95 % Student t interval, on logarithms where the values spread by more ' +
        'than 10 %. Fewer than three repetitions have no interval; of two, both values stand. Percentiles are read from the merged histogram ' +
        'of all nodes of a repetition, never averaged over nodes.',
    ],
    [
      'Open loop',
      'Transactions are due at times drawn from the arrival process alone. Latency runs from the ' +
        'due time, so waiting in an overloaded sender counts. It ends at the commit on the node ' +
        'that the transaction entered. Transactions that were not committed have no latency.',
    ],
    [
      'Counted, valid, suspect, invalid',
      'Valid and suspect repetitions are counted, invalid ones are shown and not counted. A size is ' +
        'valid with at least 3 valid repetitions that are at least 60 % of those planned (with ' +
        'fewer than 3 planned: all of them).',
    ],
    [
      'Quality',
      '0 to 100: number of valid repetitions, width of the interval of the throughput, steadiness, ' +
        'verdicts and completeness of the observation, multiplied. It rates the measurement, not ' +
        'the network.',
    ],
  ];
  return element(
    'dl',
    { class: 'terms' },
    lines(
      [...method, ...terms].map(([term, text]) =>
        lines([element('dt', {}, term), element('dd', {}, text)]),
      ),
    ),
  );
}

/** Of how many of the transactions the latencies in a tile are, where that is not (nearly) all. */
function tileShare(cells: readonly CellFinding[]): string {
  if (!isSizeAlone(cells)) {
    const partial = cells.filter(({ latency }) => !isLatencyWhole(latency.shareOfDue)).length;
    return partial === 0 ? '' : `of those committed: not all at ${partial} of ${cells.length}`;
  }
  const shares = outer(cells).map((cell) => cell?.latency.shareOfDue ?? null);
  if (shares.every(isLatencyWhole)) return '';
  const texts = shares.map((share) => (share === null ? noValue : formatPercent(share)));
  return `of ${range(texts)} of the transactions`;
}

/** Smallest and largest size. */
function outer(cells: readonly CellFinding[]): readonly (CellFinding | undefined)[] {
  return cells.length > 1 ? [cells[0], cells.at(-1)] : [cells[0]];
}

/** Of combinations the lowest and the highest: the first and the last are no ends of anything. */
function extremes(cells: readonly CellFinding[], figure: Figure): readonly CellFinding[] {
  const known = cells.filter((cell) => figure.ofCell(cell) !== null);
  const usable = known.filter(({ verdict }) => verdict !== 'invalid');
  const meanOf = (cell: CellFinding): number => figure.ofCell(cell)?.mean ?? 0;
  const sorted = [...(usable.length > 0 ? usable : known)].sort((a, b) => meanOf(a) - meanOf(b));
  return [...sorted.slice(0, 1), ...sorted.slice(1).slice(-1)];
}

function ends(cells: readonly CellFinding[], figure: Figure): readonly string[] {
  return (isSizeAlone(cells) ? outer(cells) : extremes(cells, figure)).map((cell) => {
    const estimate = cell === undefined ? null : figure.ofCell(cell);
    return cell === undefined || estimate === null
      ? noValue
      : markInvalid(figure.format(estimate.mean), cell);
  });
}

function range(texts: readonly string[]): string {
  const [first, last] = [texts[0] ?? noValue, texts.at(-1) ?? noValue];
  return texts.length < 2 || first === last ? first : `${first} → ${last}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
