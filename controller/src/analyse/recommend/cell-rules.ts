import type { CellFinding, RunFinding } from '../../model/finding.ts';
import { reasonKindOf } from '../../model/reason-kinds.ts';
import { wordCells } from '../../model/word-cell.ts';
import { repetitionsFor } from '../comparison/decide.ts';
import { coefficientOfVariation } from '../describe.ts';
import type { Recommendation } from '../score/assessment.ts';

type Rule = (cells: readonly CellFinding[]) => Recommendation | null;

const tailMax = 10;
/** A change of 10 % is what most comparisons are after. */
const changeOfInterest = 0.1;
/** Of its host or limit: below it there is time to spare. */
const idleMax = 0.5;

/** What single cells say: whether they can be used, and where time goes. */
export function recommendOfCells({ cells, run }: RunFinding): readonly Recommendation[] {
  const cores = run.hosts.reduce((sum, host) => sum + host.cores, 0);
  const rules: readonly Rule[] = [
    hostLimited,
    contaminated,
    moreRepetitions,
    tail,
    timeouts(cores),
  ];
  return rules.flatMap((rule) => rule(cells) ?? []);
}

const hostLimited: Rule = (cells) => {
  const own = withKind(cells, 'saturation');
  if (own.length === 0) return null;
  return {
    id: 'host-limited',
    text: `The host was full at ${wordCells(own, cells)}: these figures measure it, not the protocol.`,
    evidence: [{ name: 'cells limited by the host', value: `${own.length} of ${cells.length}` }],
    confidence: 'high',
    next: 'Use fewer nodes on this host, a larger host, or a lower rate, until no cell is host-limited.',
  };
};

const contaminated: Rule = (cells) => {
  const own = withKind(cells, 'contamination');
  const [worst] = own.flatMap(({ reasons }) =>
    reasons.filter(({ code }) => reasonKindOf(code) === 'contamination'),
  );
  if (worst === undefined) return null;
  return {
    id: 'contaminated',
    text: `Something else used the host at ${wordCells(own, cells)}.`,
    evidence: [{ name: worst.code, value: worst.text }],
    confidence: 'high',
    next: 'Repeat the run on a quiet host; `testbed doctor` names what else is running.',
  };
};

/** n = 15.7 (c / delta)^2 + 1 for a change of 10 %. */
const moreRepetitions: Rule = (cells) => {
  const needs = cells.flatMap((cell) => {
    const values = cell.throughputTxPerSec?.values ?? [];
    if (cell.basis !== 'counted' || values.length < 3) return [];
    const spread = coefficientOfVariation(values);
    const needed = Math.max(5, repetitionsFor(spread, changeOfInterest));
    return needed > values.length ? [{ cell, spread, needed, has: values.length }] : [];
  });
  const [first, ...others] = needs;
  if (first === undefined) return null;
  const most = others.reduce((a, b) => (b.needed > a.needed ? b : a), first);
  return {
    id: 'more-repetitions',
    text: `A change of 10 % would not be seen reliably at ${wordCells(
      needs.map(({ cell }) => cell),
      cells,
    )}.`,
    evidence: [
      { name: 'spread between repetitions', value: most.spread },
      { name: 'repetitions done', value: most.has },
      { name: 'repetitions needed', value: most.needed },
    ],
    confidence: 'high',
    next: `Repeat with --repetitions ${most.needed}, or compare two values of an axis in one run: pairs need fewer.`,
  };
};

const tail: Rule = (cells) => {
  const own = cells.filter(({ basis, latency }) => {
    const [p50, p99] = [latency.p50?.mean, latency.p99?.mean];
    return basis === 'counted' && p50 !== undefined && p99 !== undefined && p99 > tailMax * p50;
  });
  const [first] = own;
  if (first === undefined) return null;
  return {
    id: 'long-tail',
    text: `One transaction in a hundred takes more than ten times the median at ${wordCells(own, cells)}.`,
    evidence: [
      { name: 'p50 ms', value: first.latency.p50?.mean ?? 0 },
      { name: 'p99 ms', value: first.latency.p99?.mean ?? 0 },
    ],
    confidence: 'medium',
    next: 'Look at rounds that timed out and at queues; repeat with half the rate to tell waiting from protocol.',
  };
};

function timeouts(cores: number): Rule {
  return (cells) => {
    const own = cells.filter((cell) => {
      const { basis, roundsTimedOut, cpuCoresPerNode, nodeCount } = cell;
      const used = (cpuCoresPerNode?.mean ?? Number.POSITIVE_INFINITY) * nodeCount;
      const isIdle = used < idleMax * cores;
      // What a timeline did to leaders, or leaders that break the rules, explain timeouts.
      const isExplained = cell.events !== undefined || cell.byzantine !== undefined;
      return basis === 'counted' && (roundsTimedOut?.mean ?? 0) > 0 && isIdle && !isExplained;
    });
    const [first] = own;
    if (first === undefined) return null;
    return {
      id: 'timeouts-idle-cpu',
      text: `Rounds timed out at ${wordCells(own, cells)} while the processors had time to spare.`,
      evidence: [
        { name: 'rounds timed out', value: first.roundsTimedOut?.mean ?? 0 },
        {
          name: 'cores used of all',
          value: `${((first.cpuCoresPerNode?.mean ?? 0) * first.nodeCount).toFixed(2)} of ${cores}`,
        },
      ],
      confidence: 'medium',
      next: 'Vary engine.timeout upwards (--vary engine.timeout=1s,2s,4s): consistent with a timeout below the round trip, or with loss.',
    };
  };
}

function withKind(cells: readonly CellFinding[], kind: string): readonly CellFinding[] {
  return cells.filter(({ reasons }) => reasons.some(({ code }) => reasonKindOf(code) === kind));
}
