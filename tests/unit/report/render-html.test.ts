import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { CellFinding } from '../../../controller/src/model/finding.ts';
import type { StoredRun } from '../../../controller/src/model/record.ts';
import { allFigures } from '../../../controller/src/report/figures.ts';
import { style } from '../../../controller/src/report/html/style.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { generateHostSamples } from '../../fixtures/host-samples.ts';
import { onlyHostOf } from '../../fixtures/only-host.ts';
import { findAll, type HtmlElement, parseHtml, textOf } from '../../fixtures/parse-html.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateStoredRun();
const finding = analyseRun(stored);
const generatedAt = new Date('2026-11-23T10:00:00Z');
const html = renderHtml(finding, { generatedAt, hostSamples: generateHostSamples(stored) });
const page = parseHtml(html);

function byId(id: string, from: HtmlElement = page): HtmlElement {
  const [found] = findAll(from, ({ attributes }) => attributes.id === id);
  if (found === undefined) throw new Error(`no element ${id}`);
  return found;
}

/** The chart that contains the title with this id. */
function chart(id: string): HtmlElement {
  const [svg] = findAll(
    page,
    (one) =>
      one.name === 'svg' && one.attributes['aria-labelledby']?.startsWith(`chart-${id}-`) === true,
  );
  if (svg === undefined) throw new Error(`no chart ${id}`);
  return svg;
}

function withClass(from: HtmlElement, name: string): HtmlElement[] {
  return findAll(from, ({ attributes }) => attributes.class?.split(' ').includes(name) === true);
}

/** Value of a height in a chart with a linear axis, from the labels of that axis alone. */
function readAxis(svg: HtmlElement): (y: number) => number {
  const labels = withClass(svg, 'tick').filter(
    ({ attributes }) => attributes['text-anchor'] === 'end',
  );
  const ticks = labels.map((label) => ({
    y: Number(label.attributes.y),
    value: Number(textOf(label).replaceAll(',', '')),
  }));
  const [low, high] = [ticks[0], ticks.at(-1)];
  if (low === undefined || high === undefined) throw new Error('no ticks');
  return (y) => low.value + ((y - low.y) / (high.y - low.y)) * (high.value - low.value);
}

describe('renderHtml', () => {
  it('can be read on a phone: no text of a chart is lower than 11 px at 360 px', () => {
    const pageWidth = 360 - 2 * 20;
    const plots = withClass(page, 'plot');
    const widths = new Set(plots.map(({ attributes }) => attributes.class?.split(' ')[1]));
    expect([...widths].sort()).toEqual(['w280', 'w520', 'w940']);
    const [, fontPx] = /^\.chart \{.*font-size: (\d+)px/m.exec(style) ?? [];
    for (const width of widths) {
      const rules = [...style.matchAll(new RegExp(`\\.${width} \\.chart \\{(.*?)\\}`, 'g'))];
      const said = rules.map(([, text]) => text).join(' ');
      const [, font = fontPx] = /font-size: (\d+)px/.exec(said) ?? [];
      const [, least = `${pageWidth}`] = /min-width: (\d+)px/.exec(said) ?? [];
      expect((Number(font) * Number(least)) / Number(width?.slice(1))).toBeGreaterThanOrEqual(11);
    }
  });

  it('is well-formed, needs no network and runs no script', () => {
    const policies = findAll(page, ({ attributes }) => 'http-equiv' in attributes);
    expect(policies.map(({ attributes }) => attributes.content)).toEqual([
      "default-src 'none'; style-src 'unsafe-inline'",
    ]);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\((?!#)|https?:|\son\w+=/);
  });

  it('begins with the headline, as a word and as a sentence', () => {
    const headline = byId('headline');
    expect(textOf(headline)).toBe(`HOST-LIMITED${finding.headline.text}`);
    expect(headline.attributes.class).toContain('caution');
    const text = textOf(page);
    expect(text.indexOf(finding.headline.text)).toBeLessThan(text.indexOf('How it scales'));
  });

  it('prints every figure of every size as the finding has it', () => {
    const cells = findAll(page, ({ attributes }) => 'data-cell' in attributes);
    expect(cells).toHaveLength(finding.cells.length * allFigures.length);
    for (const element of cells) {
      const { 'data-cell': cellId, 'data-figure': key } = element.attributes;
      const cell = finding.cells.find((one) => one.cellId === cellId);
      const figure = allFigures.find((one) => one.key === key);
      if (cell === undefined || figure === undefined) throw new Error(`${cellId} ${key}`);
      const estimate = figure.ofCell(cell);
      const interval = estimate?.interval;
      expect(textOf(element, ['small'])).toBe(
        estimate === null ? '-' : figure.format(estimate.mean),
      );
      const [small] = findAll(element, ({ name }) => name === 'small');
      const bounds = small === undefined ? [] : textOf(small).replace(' %', '').split('–');
      expect(bounds).toEqual(
        interval
          ? [interval.low, interval.high].map((one) => figure.format(one).replace(' %', ''))
          : [],
      );
    }
  });

  it('prints every repetition, redone ones included, as the finding has it', () => {
    const cells = findAll(page, ({ attributes }) => 'data-repetition' in attributes);
    const all = finding.cells.flatMap((cell) => [...cell.repetitions, ...cell.superseded]);
    expect(all).toHaveLength(stored.repetitions.length);
    expect(cells).toHaveLength(all.length * 8);
    for (const element of cells) {
      const { 'data-repetition': id, 'data-figure': key } = element.attributes;
      const one = all.find((repetition) => `${repetition.id}#${repetition.attempt}` === id);
      const figure = allFigures.find((known) => known.key === key);
      if (one === undefined || figure === undefined) throw new Error(`${id} ${key}`);
      const value = figure.ofRepetition(one.figures);
      expect(textOf(element, ['small'])).toBe(value === null ? '-' : figure.format(value));
    }
    // Each with a row below it that says why.
    expect(withClass(page, 'excluded')).toHaveLength(4);
    expect(withClass(page, 'explained').length).toBeGreaterThanOrEqual(2);
  });

  it('puts every repetition where the axis says its throughput is', () => {
    const svg = chart('throughput');
    const valueAt = readAxis(svg);
    const dots = withClass(svg, 'dot');
    const repetitions = finding.cells.flatMap((cell) => cell.repetitions);
    expect(dots).toHaveLength(20);
    for (const [i, dot] of dots.entries()) {
      const expected = repetitions[i]?.figures.throughputTxPerSec ?? Number.NaN;
      // A tenth of a pixel of 222 for 0 to 600 tx/s is 0.3 tx/s.
      expect(Math.abs(valueAt(Number(dot.attributes.cy)) - expected)).toBeLessThan(0.3);
      expect(textOf(dot)).toContain(`n = ${repetitions[i]?.nodeCount}, repetition`);
    }
    const hollow = withClass(svg, 'hollow');
    expect(hollow.map((dot) => textOf(dot))).toEqual([
      expect.stringMatching(/^n = 7, repetition 5: .* \(invalid, not counted\)$/),
    ]);
  });

  it('draws the mean and the interval of each size where the axis says they are', () => {
    const svg = chart('cpu');
    const valueAt = readAxis(svg);
    const points = (name: string): number[] =>
      (withClass(svg, name)[0]?.attributes.points ?? '')
        .split(' ')
        .map((point) => valueAt(Number(point.split(',')[1])));
    const estimates = finding.cells.map((cell) => cell.cpuCoresPerNode);
    const near = (drawn: number[], expected: readonly (number | undefined)[]): void => {
      expect(drawn).toHaveLength(expected.length);
      for (const [i, value] of drawn.entries()) {
        expect(Math.abs(value - (expected[i] ?? Number.NaN))).toBeLessThan(0.0002);
      }
    };
    near(
      points('stroke'),
      estimates.map((one) => one?.mean),
    );
    const high = estimates.map((one) => one?.interval?.high);
    const low = estimates.map((one) => one?.interval?.low).reverse();
    near(points('band'), [...high, ...low]);
  });

  it('names and describes every chart for those who cannot see it', () => {
    const charts = findAll(page, ({ name }) => name === 'svg');
    expect(charts).toHaveLength(6 + 1 + 4 + 1);
    const ids = findAll(page, ({ attributes }) => 'id' in attributes).map(
      ({ attributes }) => attributes.id,
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const svg of charts) {
      expect(svg.attributes.role).toBe('img');
      for (const id of svg.attributes['aria-labelledby']?.split(' ') ?? []) {
        expect(textOf(byId(id, svg)).length).toBeGreaterThan(10);
      }
    }
  });

  it('shows where the numbers come from', () => {
    const text = textOf(page);
    const { provenance, plan, id } = finding.run;
    const host = onlyHostOf(finding.run);
    for (const fact of [
      id,
      host.kernel,
      host.cpuModel,
      `${host.engineVersion}`,
      provenance.nodeImage,
      `${provenance.gitCommit}`,
      provenance.commandLine,
      plan.hash,
      `${plan.scenario.seed}`,
      '"forwardLeaders": 2',
      '2026-11-23 10:00:00 UTC',
    ]) {
      expect(text).toContain(fact);
    }
    for (const warning of finding.warnings) expect(text).toContain(warning);
    for (const { definition } of allFigures) expect(text).toContain(definition);
  });

  it('keeps the host chart small for a run of a day', () => {
    const [sample] = generateHostSamples(stored);
    if (sample === undefined) throw new Error('the fixture has samples');
    const day = Array.from({ length: 86_400 }, (_, second) => ({
      ...sample,
      at: new Date(finding.run.startedAt.getTime() + second * 1000),
    }));
    const long = renderHtml(finding, { generatedAt, hostSamples: day });
    expect(long.length - html.length).toBeLessThan(60_000);
  });

  it('escapes whatever came from outside', () => {
    const nasty = `<script>alert("1")</script>&amp;'\u0000`;
    const evil: StoredRun = {
      run: {
        ...stored.run,
        name: nasty,
        status: 'failed',
        failure: { code: 'X', message: nasty },
        warnings: [nasty],
        hosts: stored.run.hosts.map((host) => ({ ...host, cpuModel: nasty, hostname: nasty })),
        provenance: { ...stored.run.provenance, commandLine: nasty },
        plan: {
          ...stored.run.plan,
          scenario: { ...stored.run.plan.scenario, description: nasty, name: nasty },
        },
      },
      repetitions: stored.repetitions.map((one) => ({
        ...one,
        failure: { code: 'X', message: nasty },
        reasons: one.reasons.map((reason) => ({ ...reason, text: nasty })),
      })),
    };
    const rendered = renderHtml(analyseRun(evil));
    const visible = nasty.replace('\u0000', '\ufffd');
    const [heading] = findAll(parseHtml(rendered), ({ name }) => name === 'h1');
    expect(heading && textOf(heading)).toBe(visible);
    expect(rendered).not.toContain('<script');
    expect(rendered).not.toContain('\u0000');
  });

  it('gives the same bytes for the same run', () => {
    const again = renderHtml(analyseRun(generateStoredRun()), {
      generatedAt,
      hostSamples: generateHostSamples(stored),
    });
    expect(again).toBe(html);
  });

  it('shows in grey and parentheses what is not valid, and joins it by dashes only', () => {
    const spoilt = stored.repetitions.map((record) => ({ ...record, verdict: 'invalid' as const }));
    const text = renderHtml(analyseRun({ ...stored, repetitions: spoilt }));
    expect(text).toContain('( ) = not valid: do not use.');
    expect(text).toMatch(
      /<td data-cell="n4" data-figure="throughput" class="unusable">\(599\)<\/td>/,
    );
    expect(text).toMatch(/<dd class="unusable">\(599\) → \(443\)<\/dd>/);
    expect(text).toMatch(/class="stroke s0 dashed"/);
    expect(text).not.toMatch(/class="(band|whisker) /);
    expect(text).not.toMatch(/class="stroke s[0-2]"/);
    expect(html).not.toContain('( ) = not valid');
  });

  it('draws a single repetition of a single size without an interval', () => {
    const one = analyseRun(generateStoredRun({ sizes: [4], repetitions: 1, withTrouble: false }));
    const parsed = parseHtml(renderHtml(one));
    expect(withClass(parsed, 'band')).toHaveLength(0);
    expect(withClass(parsed, 'whisker')).toHaveLength(0);
    expect(withClass(parsed, 'dot')).toHaveLength(1 + 3 + 4);
  });

  it('spaces sizes by their ratio where the largest dwarfs the smallest', () => {
    const spread: CellFinding[] = finding.cells.map((cell, i) => ({
      ...cell,
      nodeCount: 4 * 10 ** i,
    }));
    const parsed = parseHtml(renderHtml({ ...finding, cells: spread }));
    const [svg] = findAll(parsed, ({ name }) => name === 'svg');
    const points = (withClass(svg ?? parsed, 'stroke')[0]?.attributes.points ?? '').split(' ');
    const at = points.map((point) => Number(point.split(',')[0]));
    const steps = at.slice(1).map((x, i) => x - (at[i] ?? 0));
    for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? 0, 0);
  });

  it('says so where nothing was measured', () => {
    const none = renderHtml(analyseRun({ run: stored.run, repetitions: [] }));
    const parsed = parseHtml(none);
    expect(findAll(parsed, ({ name }) => name === 'svg')).toHaveLength(0);
    expect(none.match(/No repetition delivered a value\./g)).toHaveLength(6);
    // The scenario is printed as it is, and there null is a value.
    expect(none.replace(/<pre>.*<\/pre>/s, '')).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it('keeps every number finite in every chart', () => {
    expect(html).not.toMatch(/NaN|Infinity|undefined/);
    const narrow: CellFinding[] = finding.cells.map((cell) => ({ ...cell, nodeCount: 7 }));
    expect(renderHtml({ ...finding, cells: narrow })).not.toMatch(/NaN|Infinity/);
  });
});

describe('the style sheet', () => {
  /** Colours of a theme, from the nth :root block. */
  function theme(index: number): Map<string, string> {
    const block = [...style.matchAll(/:root \{([^}]*--paper[^}]*)\}/g)][index]?.[1] ?? '';
    const pairs = [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)];
    return new Map(pairs.map(([, name = '', colour = '']) => [name, colour]));
  }

  function luminance(colour: string): number {
    const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
    const [red = 0, green = 0, blue = 0] = channels.map((value) =>
      value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(a: string, b: string): number {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
  }

  it.each([
    ['light', 0],
    ['dark', 1],
  ])('gives text a contrast of 4.5 and lines one of 3 in the %s theme', (_, index) => {
    const colours = theme(index);
    const get = (name: string): string => colours.get(name) ?? '#000000';
    expect(colours.size).toBeGreaterThan(20);
    for (const name of ['ink', 'muted', 'good', 'caution', 'bad', 's0', 's1', 's2', 's3']) {
      expect([name, contrast(get(name), get('paper')) >= 4.5]).toEqual([name, true]);
    }
    for (const tone of ['good', 'caution', 'bad']) {
      expect(contrast(get(tone), get(`${tone}-bg`))).toBeGreaterThan(4.5);
      expect(contrast(get('ink'), get(`${tone}-bg`))).toBeGreaterThan(7);
    }
    for (const name of ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7']) {
      expect([name, contrast(get(name), get('paper')) >= 3]).toEqual([name, true]);
    }
  });
});
