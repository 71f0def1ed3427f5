import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { style } from '../../../../controller/src/report/html/style.ts';
import { tellChart } from '../../../../controller/src/serve/page/logic/live-charts.ts';
import { emptyHistory } from '../../../../controller/src/serve/page/logic/live-state.ts';
import { moveEntry } from '../../../../controller/src/serve/page/logic/reorder.ts';
import { shadeChart } from '../../../../controller/src/serve/page/logic/shade-chart.ts';
import {
  tellChange,
  tellFigure,
  tellInterval,
} from '../../../../controller/src/serve/page/logic/tell-comparison.ts';
import {
  entryTone,
  phaseShare,
  tellEntry,
  tellPhaseTime,
  tellPosition,
  tellTiles,
  tellVerdict,
} from '../../../../controller/src/serve/page/logic/tell-run.ts';
import {
  tellLeaders,
  tellLinks,
} from '../../../../controller/src/serve/page/logic/tell-topology.ts';
import { pageCharts } from '../../../../controller/src/serve/panels/page-charts.ts';
import { sampleSnapshot } from '../../../fixtures/live-samples.ts';

const live = sampleSnapshot({ size: 20, degree: 4 }, 50);
const { run } = live.status;
const { topology, nodes } = live;
if (run === null || topology === null || nodes === null) throw new Error('the sample has a run');

describe('the run in words', () => {
  it('has a tile for each figure, and says so where there is none', () => {
    const tiles = tellTiles(live);
    expect(tiles.map(({ label }) => label)).toEqual([
      'Committed',
      'Latency p50',
      'Latency p99',
      'Height',
      'Nodes up',
      'Time left',
      'Host',
    ]);
    expect(tiles.find(({ label }) => label === 'Nodes up')).toMatchObject({
      value: '18 / 20',
      tone: 'caution',
    });
    const idle = tellTiles({
      ...live,
      history: emptyHistory,
      nodes: null,
      status: { ...live.status, run: null },
    });
    expect(idle.slice(0, 6).map(({ value }) => value)).toEqual(['–', '–', '–', '–', '–', '–']);
  });

  it('counts as people do', () => {
    expect(tellPosition(run)).toBe('repetition 3 of 8 (no. 2 of its cell)');
    expect(tellPosition({ ...run, attempt: 1 })).toContain('attempt 2');
    expect(tellPosition({ ...run, total: 0 })).toBe('making the plan');
  });

  it('knows how much of a phase is over, where anybody does', () => {
    expect(phaseShare(run, live.status.at)).toBeCloseTo(0.5);
    expect(phaseShare({ ...run, phaseExpectedMs: null }, live.status.at)).toBeNull();
    expect(phaseShare({ ...run, progress: { what: 'x', done: 3, total: 4 } }, live.status.at)).toBe(
      0.75,
    );
    expect(tellPhaseTime(run, live.status.at)).toBe('30 s of about 1 min');
  });

  it('says a verdict with its reason', () => {
    const [first, second] = live.results;
    if (first === undefined || second === undefined) throw new Error('the sample has results');
    expect(tellVerdict(first)).toBe('20 nodes, network = wan, repetition 1: valid');
    expect(tellVerdict({ ...second, isRepeated: true })).toMatch(
      /suspect: the host had .*\. It is done again$/,
    );
  });
});

describe('what has ended', () => {
  it('is good only if something came of it', () => {
    const [ended] = live.queue.ended;
    if (ended === undefined) throw new Error('the sample has ended runs');
    expect(entryTone(ended)).toBe('good');
    expect(entryTone({ ...ended, exitCode: 6 })).toBe('caution');
    expect(entryTone({ ...ended, state: 'failed', exitCode: 4 })).toBe('bad');
    expect(tellEntry(ended)).toBe('completed after 10 min');
  });
});

describe('charts', () => {
  it('are told to who does not see them', () => {
    const [throughput, , height] = pageCharts;
    if (throughput === undefined || height === undefined) throw new Error('there are charts');
    expect(tellChart(throughput, live.history)).toMatch(
      /^Throughput of the network over 49 s\. committed: [\d,.]+ tx\/s now, from 0 tx\/s to 2,\d+ tx\/s; offered:/,
    );
    expect(tellChart(height, emptyHistory)).toBe('Height over 0 s. height: no values yet.');
  });

  it('are shaded by the phases of their own repetition and by planned events', () => {
    const others = live.phases.map((phase) => ({ ...phase, position: 1 }));
    const bands = shadeChart([...others, ...live.phases], topology, 2);
    expect(bands.map(({ text }) => text)).toEqual([
      'start',
      'shape',
      'ready',
      'warmup',
      'measure',
      'partition us-east',
    ]);
    const [window, event] = bands.slice(-2);
    expect(event).toMatchObject({
      from: (window?.from ?? 0) + 20_000,
      to: (window?.from ?? 0) + 35_000,
    });
  });
});

describe('the topology in words', () => {
  it('says who is linked and who leads', () => {
    expect(tellLinks(topology)).toBe(
      '20 nodes in 4 regions, 40 links, 4.00 a node; 14 are a quorum.',
    );
    expect(tellLinks({ ...topology, edges: null })).toContain('everybody linked to everybody');
    expect(tellLeaders(nodes, topology)).toMatch(
      /^Node \d+ \(.+\) proposes most, [\d.]+ blocks a second; \d+ others propose too\.$/,
    );
    expect(tellLeaders({ ...nodes, proposedPerSec: [0, null] }, topology)).toBe(
      'Nobody proposes blocks.',
    );
  });
});

describe('two runs', () => {
  it('are told as changes of B against A', () => {
    expect([1.042, 0.88, 1.0001, null].map(tellChange)).toEqual(['+4.2 %', '-12 %', 'same', '–']);
    expect(tellFigure({ figure: 'throughputTxPerSec', unit: 'tx/s' })).toBe('throughput, tx/s');
    expect(tellFigure({ figure: 'latencyP99Ms', unit: 'ms' })).toBe('latency p99, ms');
    expect(tellInterval({ mean: 2, low: 1.9, high: 2.1, values: [2, 2, 2] })).toEqual({
      mean: '2.00',
      interval: '1.90–2.10',
    });
    expect(tellInterval({ mean: 2, low: null, high: null, values: [2] }).interval).toBe(
      '1 repetition',
    );
  });
});

describe('the queue', () => {
  it('is moved within its ends', () => {
    expect(moveEntry(['a', 'b', 'c'], 'c', -1)).toEqual(['a', 'c', 'b']);
    expect(moveEntry(['a', 'b', 'c'], 'a', -1)).toEqual(['a', 'b', 'c']);
    expect(moveEntry(['a', 'b'], 'x', 1)).toEqual(['a', 'b']);
  });
});

describe('the colours', () => {
  it('are those of the report, light and dark', () => {
    const theme = readFileSync('controller/src/serve/page/styles/theme.css', 'utf8');
    const parse = (css: string): string[][] =>
      [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, block = '']) =>
        [...block.matchAll(/--([\w-]+): (#\w{6})/g)].map(([, name, color]) => `${name} ${color}`),
      );
    const [light = [], dark = []] = parse(theme);
    const [reportLight = [], reportDark = []] = parse(style);
    const own = /^(control|button-ink)/;
    expect(reportLight).toEqual(expect.arrayContaining(light.filter((line) => !own.test(line))));
    expect(reportDark).toEqual(expect.arrayContaining(dark.filter((line) => !own.test(line))));
    expect(light.length).toBeGreaterThan(14);
  });
});
