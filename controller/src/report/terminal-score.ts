/** The score of a run with what it rests on. Pure. */
import type {
  GroupAssessment,
  RampFinding,
  Recommendation,
  RunAssessment,
} from '../analyse/score/assessment.ts';
import { scoreWeights } from '../analyse/score/grade-run.ts';
import { formatThreeDigits, noValue } from './format-value.ts';
import { layoutTables } from './text-table.ts';
import { wrapSentence } from './wrap-sentence.ts';

export function renderScore(assessment: RunAssessment, columns: number): string {
  const sections = [
    renderGrade(assessment, columns),
    renderParts(assessment, columns),
    ...assessment.groups.map((group) => renderGroup(group, columns)),
    renderSeed(assessment, columns),
    renderAdvice(assessment.recommendations, columns),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function renderGrade({ grade, quality }: RunAssessment, columns: number): string[] {
  const score = grade.score === null ? noValue : grade.score.toFixed(1);
  const name = grade.grade === null ? 'ungraded' : `grade ${grade.grade}`;
  const provisional = grade.isProvisional ? ', provisional' : '';
  return [
    wrapSentence(
      `score ${score} of 100, ${name}${provisional}; quality of the measurement ${Math.round(quality)} of 100`,
      columns,
    ),
    ...grade.reasons.map((text) => wrapSentence(text, columns, '  ')),
  ];
}

function renderParts({ grade }: RunAssessment, columns: number): string[] {
  const names = Object.keys(scoreWeights) as (keyof typeof scoreWeights)[]; // of a literal object
  const table = layoutTables(
    [
      { heading: 'part', cells: names, align: 'left' },
      {
        heading: 'weight',
        cells: names.map((name) => `${Math.round(100 * scoreWeights[name])} %`),
        align: 'right',
      },
      {
        heading: 'points',
        cells: names.map((name) => grade.components[name]?.toFixed(1) ?? noValue),
        align: 'right',
      },
    ],
    columns,
  );
  const missing =
    grade.missing.length === 0
      ? []
      : [wrapSentence(`Not measured, so without weight: ${grade.missing.join(', ')}.`, columns)];
  return [...table.flat(), ...missing];
}

function renderGroup(group: GroupAssessment, columns: number): string[] {
  const { title, retention, retentionUnknown, exponents, replication, ramps, usl } = group;
  const kept = retention
    .map(({ size, value }) => `n = ${size} ${value === null ? noValue : value.toFixed(3)}`)
    .join(', ');
  const exponent = (value: number | null): string => (value === null ? noValue : value.toFixed(2));
  return [
    ...(title === '' ? [] : [title]),
    wrapSentence(
      retentionUnknown === null
        ? `retention of throughput, X(N) / X(N0): ${kept}`
        : `retention of throughput: not known, ${retentionUnknown}`,
      columns,
    ),
    wrapSentence(
      `growth with the size, as an exponent: p50 ${exponent(exponents.latencyP50)}, messages ${exponent(exponents.messages)}, bytes ${exponent(exponents.bytes)}`,
      columns,
    ),
    ...(replication === null
      ? []
      : [
          wrapSentence(
            `cost per peer ${formatThreeDigits(replication.perPeer)}, per pair ${formatThreeDigits(replication.perPair)}: ${replication.dominant === 'neither' ? 'neither matters' : `${replication.dominant} costs most at the largest size`}${replication.isClaim ? '' : ' (fewer than six sizes: for a look only)'}`,
            columns,
          ),
        ]),
    ...(usl === null ? [] : [wrapSentence(`USL: ${uslWords[usl.claim]}`, columns)]),
    ...ramps.map((ramp) => wrapSentence(describeRamp(ramp), columns)),
  ];
}

const uslWords = {
  'too-few-sizes': 'fewer than six sizes, so nothing is claimed about a peak',
  none: 'no peak up to the largest measured size',
  peak: 'a peak inside the measured sizes',
  projected: 'a peak is projected beyond the measured sizes, at most twice as far',
  retrograde: 'throughput falls from the smallest size on',
} as const;

function describeRamp({ size, saturation, mostTxPerSec, bottleneck }: RampFinding): string {
  const lead = `saturation with ${size} nodes: `;
  const { lastSustainedTxPerSec: last, firstSaturatedTxPerSec: first } = saturation;
  switch (saturation.kind) {
    case 'saturated':
      return `${lead}between ${last ?? noValue} and ${first ?? noValue} tx/s offered${saturation.isEdgeSoft ? ' (soft edge)' : ''}, plateau ${formatThreeDigits(saturation.plateauTxPerSec ?? 0)} tx/s, by ${saturation.fired.join(' and ')}; bottleneck ${bottleneck?.resource ?? 'unattributed'}`;
    case 'not-reached':
      return `${lead}not reached up to ${mostTxPerSec} tx/s`;
    case 'host-limited':
      return `${lead}the host was full first, beyond ${last ?? noValue} tx/s`;
    default:
      return `${lead}fewer than two loads can be used`;
  }
}

function renderSeed({ seed }: RunAssessment, columns: number): string[] {
  if (seed === null) return [];
  const { figures } = seed;
  const { throughputTxPerSec, latencyMs, successRatio, nodesMax } = figures;
  return [
    wrapSentence(
      `score.seed ${seed.score.toFixed(1)}, ${seed.grade}: the formula of the seed document over ${formatThreeDigits(throughputTxPerSec)} tx/s, ${formatThreeDigits(latencyMs)} ms, ${(100 * successRatio).toFixed(1)} %, ${nodesMax} nodes. It knows neither load nor network; it stands here for comparison with older results.`,
      columns,
    ),
  ];
}

export function renderAdvice(advice: readonly Recommendation[], columns: number): string[] {
  return advice.flatMap(({ id, text, evidence, confidence, next }) => [
    wrapSentence(`${id} (confidence ${confidence}): ${text}`, columns, '  '),
    wrapSentence(
      `  evidence: ${evidence.map(({ name, value }) => `${name} ${typeof value === 'number' ? formatThreeDigits(value) : value}`).join('; ')}`,
      columns,
      '    ',
    ),
    wrapSentence(`  next: ${next}`, columns, '    '),
  ]);
}
