import type { Plan } from '../../model/plan.ts';
import type { GroupAssessment, Recommendation } from '../score/assessment.ts';

type Rule = (group: GroupAssessment, plan: Plan) => Recommendation | null;

const sizesForClaim = 6;

/** What sizes and loads together say. */
export function recommendOfGroup(group: GroupAssessment, plan: Plan): readonly Recommendation[] {
  const rules: readonly Rule[] = [
    dominantCost,
    retrograde,
    superlinear,
    fewSizes,
    belowTarget,
    unknownCapacity,
  ];
  return rules.flatMap((rule) => rule(group, plan) ?? []);
}

const dominantCost: Rule = ({ title, replication }) => {
  if (replication === null || replication.dominant === 'neither') return null;
  const isPairs = replication.dominant === 'per-pair';
  return {
    id: isPairs ? 'kappa-dominant' : 'sigma-dominant',
    text: isPairs
      ? `${lead(title)}The loss of throughput is consistent with a cost that grows with the pairs of nodes: all-to-all messages.`
      : `${lead(title)}The loss of throughput is consistent with a cost that grows with every peer: what a leader does in turn.`,
    evidence: [
      { name: 'per peer', value: replication.perPeer },
      { name: 'per pair', value: replication.perPair },
      { name: 'sizes', value: replication.points },
    ],
    confidence: replication.isClaim ? 'medium' : 'low',
    next: isPairs
      ? 'Vary the topology (--vary topology=full,star,mesh) or aggregate votes, and see whether the cost per pair falls.'
      : 'Profile the leader: signatures, serialisation and batches; vary engine.batch.bytes.',
  };
};

const retrograde: Rule = ({ title, usl }) => {
  if (usl?.claim !== 'retrograde' || usl.p === null) return null;
  return {
    id: 'retrograde',
    text: `${lead(title)}Throughput falls from the smallest size on: there is no size at which more nodes help.`,
    evidence: [
      { name: 'p of kappa = 0', value: usl.p },
      { name: 'N*', value: usl.peak?.size ?? 0 },
    ],
    confidence: 'medium',
    next: 'For a replicated log that is expected; compare retention with other protocols rather than sizes with each other.',
  };
};

const superlinear: Rule = ({ title, retention }) => {
  const above = retention.find(
    ({ value, interval }) =>
      value !== null && value > 1.05 && interval !== null && interval.low > 1,
  );
  if (above === undefined) return null;
  return {
    id: 'superlinear-baseline',
    text: `${lead(title)}A larger network is faster than the smallest: check the baseline.`,
    evidence: [
      { name: 'size', value: above.size },
      { name: 'retention', value: above.value ?? 0 },
    ],
    confidence: 'medium',
    next: 'Repeat the smallest size: its load, warm-up or limits may differ from the others.',
  };
};

const fewSizes: Rule = ({ title, capacities }) => {
  const sizes = capacities.filter(({ values }) => values.length > 0).map(({ size }) => size);
  if (sizes.length < 2 || sizes.length >= sizesForClaim) return null;
  const largest = sizes.at(-1) ?? 4;
  return {
    id: 'too-few-sizes',
    text: `${lead(title)}${sizes.length} sizes have a usable result; a claim about growth needs ${sizesForClaim}.`,
    evidence: [{ name: 'sizes', value: sizes.join(', ') }],
    confidence: 'high',
    next: `Add sizes spaced by a factor of two, such as ${largest * 2} and ${largest * 4}, as far as the host carries them.`,
  };
};

const belowTarget: Rule = ({ title, ramps }) => {
  const found = ramps.find(({ saturation }) => saturation.kind === 'saturated');
  if (found === undefined) return null;
  const { saturation, size, bottleneck, mostTxPerSec } = found;
  const resource = bottleneck?.resource ?? null;
  return {
    id: 'saturation-below-load',
    text: `${lead(title)}With ${size} nodes less is carried than the ${mostTxPerSec} tx/s that were offered${resource === null ? '; no measured resource explains it' : `, consistent with a full ${resource}`}.`,
    evidence: [
      { name: 'last sustained tx/s', value: saturation.lastSustainedTxPerSec ?? 'none' },
      { name: 'first saturated tx/s', value: saturation.firstSaturatedTxPerSec ?? 'none' },
      { name: 'criteria', value: saturation.fired.join(', ') },
      ...(bottleneck?.evidence ?? []).map((one) => ({
        name: `${one.resource} used at the knee`,
        value: one.utilisation,
      })),
    ],
    confidence: saturation.isEdgeSoft ? 'low' : 'medium',
    next: 'Add loads between the last sustained and the first saturated; vary engine.batch.count there.',
  };
};

const unknownCapacity: Rule = ({ title, capacities, ramps }) => {
  const usable = capacities.filter(({ values }) => values.length > 0);
  if (usable.length === 0 || ramps.length > 0) return null;
  if (!usable.every(({ isLoadBound }) => isLoadBound)) return null;
  return {
    id: 'capacity-unknown',
    text: `${lead(title)}Every size carried all that was offered, so capacity is at least that, and unknown.`,
    evidence: [{ name: 'sizes that carried it', value: usable.map(({ size }) => size).join(', ') }],
    confidence: 'high',
    next: 'Raise the load until it is not carried: --vary load.rate=1000,2000,4000,8000.',
  };
};

function lead(title: string): string {
  return title === '' ? '' : `At ${title}: `;
}
