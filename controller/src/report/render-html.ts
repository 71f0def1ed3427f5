/**
 * The report as one HTML file: no script, no font, no picture, nothing fetched from anywhere, so
 * it opens from a disk, in a mail and on paper, today and in ten years. Pure: the same input gives
 * the same bytes.
 */
import type { RunFinding } from '../model/finding.ts';
import { nounOf } from '../model/word-cell.ts';
import { layOutCharts } from './chart-layout.ts';
import { describeFloors } from './describe-floor.ts';
import { describeLoad, headlineTone, headlineWords } from './describe-run.ts';
import { formatTime } from './format-value.ts';
import { drawAxisCharts } from './html/axis-charts.ts';
import { drawByzantine } from './html/byzantine.ts';
import { drawDistribution } from './html/distribution.ts';
import { drawEventTables } from './html/events.ts';
import { element, lines, type Markup } from './html/markup.ts';
import { drawNetwork } from './html/network.ts';
import {
  drawConcerns,
  drawDefinitions,
  drawEnvironment,
  drawScenario,
  drawTiles,
} from './html/prose.ts';
import { style } from './html/style.ts';
import { drawCellTables, drawRepetitionTable } from './html/tables.ts';
import { drawHostLoad, drawSeries, type HostSample, hasChanges } from './html/time-charts.ts';
import { drawTopology } from './html/topology.ts';

export interface HtmlOptions {
  /** When the file was made, for its footer; left out without it. */
  readonly generatedAt?: Date;
  /** Load of the host over the run, for its chart; left out without samples. */
  readonly hostSamples?: readonly HostSample[];
}

export function renderHtml(finding: RunFinding, options: HtmlOptions = {}): string {
  const { run, headline } = finding;
  const title = `${run.name} · ${headlineWords[headline.kind].toLowerCase()} · ${run.id}`;
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      lines([
        element('meta', { charset: 'utf-8' }),
        element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        element('meta', {
          'http-equiv': 'Content-Security-Policy',
          content: "default-src 'none'; style-src 'unsafe-inline'",
        }),
        element('title', {}, title),
        // Ours and constant: the one piece of text that is not escaped.
        { markup: `<style>${style}</style>` },
      ]),
    ),
    element('body', {}, element('main', {}, drawBody(finding, options))),
  );
  return `<!doctype html>\n${page.markup}\n`;
}

function drawBody(finding: RunFinding, { generatedAt, hostSamples = [] }: HtmlOptions): Markup {
  const { run } = finding;
  const { isNumeric: isScaled } = layOutCharts(finding);
  const series = drawSeries(finding);
  const floors = describeFloors(finding.cells);
  const distribution = drawDistribution(finding);
  const hostLoad = drawHostLoad(finding, hostSamples);
  const network = drawNetwork(finding);
  const topology = drawTopology(finding);
  const events = drawEventTables(finding);
  const byzantine = drawByzantine(finding);
  const isChanging = hasChanges(finding.cells);
  return lines([
    element('h1', {}, run.name),
    element('p', { class: 'sub' }, `${describeLoad(run)} · ${formatTime(run.startedAt)}`),
    drawHeadline(finding),
    drawTiles(finding),
    run.plan.scenario.description === '' ? null : element('p', {}, run.plan.scenario.description),
    drawConcerns(finding),
    heading(isScaled ? 'How it scales' : 'How they compare'),
    element('p', { class: 'note' }, explainCharts(finding, isScaled)),
    element('div', { class: 'charts' }, lines(drawAxisCharts(finding))),
    floors === null ? null : element('p', { class: 'note' }, floors),
    heading('Figures'),
    drawCellTables(finding),
    byzantine === null ? null : heading('Byzantine members'),
    byzantine,
    network === null && topology === null ? null : heading('The network'),
    topology,
    network,
    distribution === null ? null : heading('Latency in detail'),
    distribution,
    series.length === 0 ? null : heading('Throughput over the measured window'),
    series.length === 0
      ? null
      : element(
          'p',
          { class: 'note' },
          `Committed tx/s, one line per repetition; dashed grey if not counted.${
            events !== null
              ? ' Shaded: where events held, with their names at their begin.'
              : isChanging
                ? ' Vertical lines: changes of the network, where they had taken effect at all nodes.'
                : ''
          }`,
        ),
    series.length === 0
      ? null
      : element(
          'div',
          { class: `charts ${isChanging ? 'two' : columnsFor(series.length)}` },
          lines(series),
        ),
    events === null ? null : heading('Events'),
    events,
    hostLoad === null ? null : heading('The host'),
    hostLoad,
    heading('Repetitions'),
    drawRepetitionTable(finding),
    heading('Environment'),
    drawEnvironment(finding),
    heading('Scenario'),
    drawScenario(finding),
    heading('How each number is measured'),
    drawDefinitions(),
    drawFooter(finding, generatedAt),
  ]);
}

function explainCharts({ cells }: RunFinding, isScaled: boolean): string {
  const dots = 'Dots: repetitions, hollow if not counted.';
  if (!isScaled) {
    return `${dots} Short line: mean. Bar behind it: its 95 % interval.`;
  }
  const dashed = cells.some(({ basis }) => basis === 'uncounted')
    ? ` Dashed line: through ${nounOf(cells)}s of which none counts; do not use.`
    : '';
  return `${dots} Line: mean of the counted ones. Band: its 95 % interval.${dashed}`;
}

function drawHeadline({ headline }: RunFinding): Markup {
  return element(
    'p',
    { class: `headline ${headlineTone(headline.kind)}`, id: 'headline' },
    element('span', { class: 'word' }, headlineWords[headline.kind]),
    element('span', { class: 'text' }, headline.text),
  );
}

function drawFooter({ run }: RunFinding, generatedAt: Date | undefined): Markup {
  const made = generatedAt === undefined ? '' : `, written ${formatTime(generatedAt)}`;
  return element(
    'footer',
    {},
    `Run ${run.id}, prsm-testbed ${run.provenance.testbedVersion}${made}. ` +
      'Every figure is computed from the stored records of this run.',
  );
}

/** Small multiples in rows that are filled as well as can be. */
function columnsFor(count: number): string {
  return count % 4 === 0 || count > 6 ? 'four' : 'three';
}

function heading(text: string): Markup {
  return element('h2', {}, text);
}
