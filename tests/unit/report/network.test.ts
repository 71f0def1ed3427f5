import { describe, expect, it } from '@jest/globals';
import { analyseRun } from '../../../controller/src/analyse/analyse-run.ts';
import type { RunFinding } from '../../../controller/src/model/finding.ts';
import type { NetworkRecord, StoredRun } from '../../../controller/src/model/record.ts';
import { renderCsv } from '../../../controller/src/report/render-csv.ts';
import { renderHtml } from '../../../controller/src/report/render-html.ts';
import { renderJson } from '../../../controller/src/report/render-json.ts';
import { renderTerminal } from '../../../controller/src/report/render-terminal.ts';
import { expectGolden } from '../../fixtures/golden.ts';
import { findAll, type HtmlElement, parseHtml, textOf } from '../../fixtures/parse-html.ts';
import { generateShapedRun } from '../../fixtures/shaped-run.ts';
import { generateStoredRun } from '../../fixtures/stored-run.ts';

const stored = generateShapedRun({ withChanges: true });
const finding = analyseRun(stored);
const offStored = generateShapedRun({ mismatched: [0], measureMs: 5000 });
const off = analyseRun(offStored);

function inTerminal(run: RunFinding, columns = 80): string {
  return renderTerminal(run, { columns, color: false });
}

function withClass(from: HtmlElement, name: string): HtmlElement[] {
  return findAll(from, ({ attributes }) => attributes.class?.split(' ').includes(name) === true);
}

/** Half of the round trips from eu-west to asia are out of range; their median is not. */
function spoil(network: NetworkRecord): NetworkRecord['checks'] {
  return network.checks.map((check) =>
    check.quantity === 'rtt-range' && check.fromRegion === 'eu-west' && check.toRegion === 'asia'
      ? { ...check, measured: 0.5, isWithin: false }
      : check,
  );
}

function csv(run: StoredRun, name: string): string[] {
  const file = renderCsv(analyseRun(run), run).find((one) => one.name === name);
  return (file?.text ?? '').trimEnd().split('\r\n');
}

describe('the network in the terminal', () => {
  it('is asked, planned and measured, with changes, in 80 columns', () => {
    expectGolden('report/network-80.txt', `${inTerminal(finding)}\n`);
  });

  it.each([80, 100, 120, 160])('breaks no line at %i columns', (columns) => {
    for (const run of [finding, off]) {
      const lines = inTerminal(run, columns).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
  });

  it('shows first what is off, and how far', () => {
    const text = inTerminal(off);
    expect(text).toMatch(/^INVALID {2}The network was not the one asked for/);
    const rows = text.split('\n').filter((line) => / > /.test(line) && /ms/.test(line));
    expect(rows[0]).toMatch(/^(eu-west > asia|asia > eu-west) +2\/12 .* ! 1\d\d ms /);
    expect(text).toContain('! the worst that was measured, off tolerance.');
    expect(text).toContain('4 of 276 checks off tolerance');
  });

  it('shows the share in range where that alone is off', () => {
    const repetitions = stored.repetitions.map((record) => ({
      ...record,
      network:
        record.network === null ? null : { ...record.network, checks: spoil(record.network) },
    }));
    const text = inTerminal(analyseRun({ ...stored, repetitions }));
    expect(text).toMatch(/^link +off +rtt asked +planned +measured +in range/m);
    expect(text).toMatch(/^eu-west > asia +\d+\/12 .* ! 50 %/m);
    expect(inTerminal(analyseRun(stored))).not.toContain('in range');
  });

  it('is not there for an unshaped run, which is called so', () => {
    const text = inTerminal(analyseRun(generateStoredRun({ measureMs: 2000, repetitions: 3 })));
    expect(text).toContain('docker, unshaped, ');
    expect(text).not.toContain('Network (');
  });

  it('names the shaper and the regions with the load', () => {
    expect(inTerminal(finding, 200)).toContain(
      'docker, netem (regions: eu-west 3, us-east 3, us-west 2, asia 2, brazil 2, changing), 600',
    );
  });

  it('has columns for what was checked only', () => {
    const repetitions = stored.repetitions.map((record) => ({
      ...record,
      network:
        record.network === null
          ? null
          : {
              ...record.network,
              checks: record.network.checks.filter(({ quantity }) => quantity.startsWith('rtt')),
            },
    }));
    const text = inTerminal(analyseRun({ ...stored, repetitions }));
    expect(text).toContain('rtt asked');
    expect(text).not.toMatch(/loss asked +planned|Rates are|Loss is asked/);
  });

  it('says what was not measured', () => {
    const cells = finding.cells.map((cell) =>
      cell.network === null ? cell : { ...cell, network: { ...cell.network, checksUnmeasured: 7 } },
    );
    expect(inTerminal({ ...finding, cells }, 200)).toContain(
      'n = 8: 7 of 276 checks not measured, the others within tolerance; n = 12: 7 of 300',
    );
  });

  it('says memory peaks and throttling of every size', () => {
    const { run, repetitions } = stored;
    const throttled = repetitions.map((record) => ({
      ...record,
      nodes: record.nodes.map((node) =>
        node.results === null
          ? node
          : {
              ...node,
              results: {
                ...node.results,
                counters: {
                  ...node.results.counters,
                  memoryBytesMax: (100 + node.nodeIndex) * 2 ** 20,
                  cpuPeriods: 200,
                  cpuPeriodsThrottled: 50,
                },
              },
            },
      ),
    }));
    const text = inTerminal(analyseRun({ run, repetitions: throttled }));
    expect(text).toMatch(/n +CPU\/node +MiB\/node +MiB peak +throttled/);
    expect(text).toMatch(/^ 8 +0\.\d+ +104 +107 +25 %$/m);
    expect(text).toMatch(/^12 +0\.\d+ +106 +111 +25 %$/m);
  });
});

describe('the network in the HTML report', () => {
  const page = parseHtml(renderHtml(finding));
  const matrices = withClass(page, 'matrix');

  it('is a matrix of round trips per size', () => {
    expect(matrices).toHaveLength(2);
    const [, largest] = matrices;
    if (largest === undefined) throw new Error('no matrix');
    const cells = findAll(largest, ({ name }) => name === 'td');
    expect(cells).toHaveLength(25);
    const network = finding.cells[1]?.network;
    const link = network?.links.find(
      (one) =>
        one.quantity === 'rtt-median' && one.fromRegion === 'us-east' && one.toRegion === 'asia',
    );
    // Row 1, column 3.
    expect(textOf(cells[8] ?? page)).toBe(`${link?.measured?.toFixed(0)}170`);
    expect(cells.every(({ attributes }) => attributes.class !== 'off')).toBe(true);
  });

  it('marks by more than colour what is off', () => {
    const red = parseHtml(renderHtml(off));
    const cells = withClass(red, 'matrix')
      .flatMap((matrix) => findAll(matrix, ({ name }) => name === 'td'))
      .filter(({ attributes }) => attributes.class === 'off');
    expect(cells).toHaveLength(4);
    for (const cell of cells) expect(textOf(cell)).toMatch(/^! 1\d\d220$/);
    expect(textOf(withClass(red, 'headline')[0] ?? red)).toContain('not the one asked for');
  });

  it('lists every pair asked, planned and measured, and every change', () => {
    const text = textOf(page);
    expect(text.match(/eu-west → brazil/g)).toHaveLength(2);
    expect(text).toContain('198-242 msplanned 220 ms');
    expect(text).toContain('213 to 227 ms');
    expect(text).toContain('partition: asia | all others');
    expect(text).toMatch(/Full queues dropped 1\d\d of [\d,]+ packets/);
  });

  it('draws the changes into the throughput over time', () => {
    const marks = withClass(page, 'mark');
    expect(marks).toHaveLength(2 * 3);
    expect(withClass(page, 'named').map((name) => textOf(name))).toEqual([
      'partition',
      'heal',
      'degrade',
      'partition',
      'heal',
      'degrade',
    ]);
    // 20 s over the plot of 520 - 44 - 10 px; each took effect shortly after its time.
    const seconds = marks.map(({ attributes }) => ((Number(attributes.x1) - 44) / 466) * 20);
    for (const [i, planned] of [5, 12, 14, 5, 12, 14].entries()) {
      expect(seconds[i]).toBeGreaterThanOrEqual(planned - 0.01);
      expect(seconds[i]).toBeLessThan(planned + 0.1);
    }
  });

  it('draws many changes of a flapping link without names on top of each other', () => {
    const changes = Array.from({ length: 60 }, (_, index) => ({
      index,
      kind: 'flap',
      text: `flap ${index}`,
      atMs: 300 * index,
      repetitions: 3,
      nodes: 4,
      nodesFailed: 0,
      error: null,
      delayMs: null,
      spreadMs: null,
      lastedMs: null,
      caughtUpMs: null,
      nodesBehind: 0,
    }));
    const cells = finding.cells.map((cell) =>
      cell.network === null ? cell : { ...cell, network: { ...cell.network, changes } },
    );
    const flapping = parseHtml(renderHtml({ ...finding, cells }));
    expect(withClass(flapping, 'mark')).toHaveLength(120);
    const names = withClass(flapping, 'named').slice(0, withClass(flapping, 'named').length / 2);
    expect(names.length).toBeGreaterThan(5);
    expect(names.length).toBeLessThan(60);
    for (const y of new Set(names.map(({ attributes }) => attributes.y))) {
      const xs = names
        .filter(({ attributes }) => attributes.y === y)
        .map(({ attributes }) => Number(attributes.x));
      for (const [i, x] of xs.entries())
        if (i > 0) expect(x - (xs[i - 1] ?? 0)).toBeGreaterThan(24);
    }
  });

  it('needs no network and runs no script, and escapes names', () => {
    const evil: StoredRun = JSON.parse(
      JSON.stringify(stored).replaceAll('brazil', "<script>alert('1')</script>"),
    );
    const html = renderHtml(
      analyseRun({ ...evil, run: { ...evil.run, startedAt: new Date(0), endedAt: null } }),
    );
    expect(html).not.toMatch(/<script|\son\w+=/);
    expect(html).toContain('&lt;script&gt;');
  });

  it('has no section for an unshaped run', () => {
    const plain = renderHtml(analyseRun(generateStoredRun({ measureMs: 2000, repetitions: 2 })));
    expect(plain).not.toContain('<h2>The network</h2>');
    expect(plain).not.toMatch(/class="(mark|named|matrix)"/);
  });
});

describe('the network as data', () => {
  const small = generateShapedRun({
    sizes: [6],
    repetitions: 2,
    measureMs: 16_000,
    rateTxPerSec: 24,
    withChanges: true,
  });

  it('is written check by check and change by change', () => {
    const links = csv(small, 'links.csv');
    const changes = csv(small, 'changes.csv');
    expectGolden('report/links.csv', `${[links[0], ...links.slice(1, 9)].join('\n')}\n`);
    expectGolden('report/changes.csv', `${[changes[0], ...changes.slice(1, 9)].join('\n')}\n`);
    const records = small.repetitions.flatMap(({ network }) => network ?? []);
    expect(links).toHaveLength(1 + records.flatMap(({ checks }) => checks).length);
    expect(changes).toHaveLength(1 + records.flatMap((record) => record.changes).length);
  });

  it('has headers and no lines for an unshaped run', () => {
    const plain = generateStoredRun({ measureMs: 2000, repetitions: 2 });
    expect(csv(plain, 'links.csv')).toEqual([csv(small, 'links.csv')[0]]);
    expect(csv(plain, 'changes.csv')).toEqual([csv(small, 'changes.csv')[0]]);
    expect(csv(plain, 'cells.csv')[1]).toContain(',none,');
  });

  it('is computed again from result.json alone', () => {
    for (const one of [small, offStored]) {
      const before = analyseRun(one);
      const { run, repetitions } = JSON.parse(renderJson(before, one));
      const again = analyseRun({ run, repetitions });
      expect(JSON.parse(JSON.stringify(again))).toEqual(JSON.parse(JSON.stringify(before)));
      expect(again.cells[0]?.network).not.toBeNull();
    }
  });

  it('keeps the columns of a link together at 80 columns, whatever its regions are called', () => {
    const long = { 'eu-west': 'europe-west-frankfurt', asia: 'asia-northeast-tokyo' };
    const renamed = JSON.parse(
      JSON.stringify(stored).replaceAll(/"(eu-west|asia)"/g, (_, name: 'asia' | 'eu-west') =>
        JSON.stringify(long[name]),
      ),
      (key, value) => (/At$|^at$/.test(key) && value !== null ? new Date(value) : value),
    ) as StoredRun;
    const text = inTerminal(analyseRun(renamed));
    const heads = text.split('\n').filter((line) => line.startsWith('link '));
    expect(heads).toEqual([expect.stringMatching(/rtt asked .* loss asked +planned +measured$/)]);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says how long after a cut the last node had caught up, in every form', () => {
    const caught: StoredRun = {
      ...small,
      repetitions: small.repetitions.map((record) => ({
        ...record,
        network: record.network && {
          ...record.network,
          changes: record.network.changes.map((change) =>
            change.kind === 'heal' && change.appliedAt !== null && change.nodeIndex > 0
              ? { ...change, caughtUpAt: new Date(change.plannedAt.getTime() + 4000) }
              : change,
          ),
        },
      })),
    };
    const found = analyseRun(caught);
    const [, heal] = found.cells[0]?.network?.changes ?? [];
    expect(heal?.caughtUpMs?.median).toBeGreaterThan(3800);
    expect(heal?.caughtUpMs?.max).toBeLessThan(4000);
    expect(heal?.nodesBehind).toBe(heal?.repetitions);
    const text = inTerminal(found);
    expect(text).toMatch(/^change .* lasted s +caught up s$/m);
    expect(text).toMatch(/^heal .* 3\.\d+, \d not$/m);
    const row = withClass(parseHtml(renderHtml(found)), 'off').map((one) => textOf(one));
    expect(row.some((one) => /^3\.\d+.*, not \d nodes?$/.test(one))).toBe(true);
    const [head = '', ...lines] = csv(caught, 'changes.csv');
    const at = head.split(',').indexOf('caught_up_ms');
    const values = lines.map((line) => line.split(',')[at]).filter((value) => value !== '');
    expect(values.length).toBeGreaterThan(0);
    expect(values.every((value) => Number(value) > 3800 && Number(value) < 4000)).toBe(true);
  });
});
