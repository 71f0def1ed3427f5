import type { Verdict, VerdictReason } from '../model/record.ts';
import { excusePlanned } from './excuse-planned.ts';
import { judgeBehaviours, judgeProofs, ofHonest } from './judge-byzantine.ts';
import { judgeGraph } from './judge-graph.ts';
import { judgeContamination, judgeSaturation, ofHost } from './judge-host.ts';
import { judgeNetwork } from './judge-network.ts';
import {
  judgeLife,
  judgeLoad,
  judgeObservation,
  judgePunctuality,
  judgeResults,
  judgeSafety,
} from './judge-nodes.ts';
import { judgeTimeline } from './judge-timeline.ts';
import type { RepetitionEvidence } from './repetition-evidence.ts';
import { type VerdictLimitName, verdictLimits } from './verdict-limits.ts';
import { createReasonCollector } from './verdict-reasons.ts';

export interface Judgement {
  readonly verdict: Verdict;
  /** Invalid before suspect; within these, safety first. */
  readonly reasons: readonly VerdictReason[];
}

/**
 * Consequences of a saturated host. Latency counts from the due time, so what they cost is inside
 * the numbers; those are kept as what this host can do, and doing it again would not cure it.
 */
const consequencesOfSaturation: ReadonlySet<VerdictLimitName> = new Set(['sendLag', 'loopDelay']);

/**
 * How far a repetition can be believed, and why not further. Pure: holds the evidence against
 * `verdictLimits`. The worst reason is the verdict; no reason is `valid`.
 */
export function judgeRepetition(observed: RepetitionEvidence): Judgement {
  const evidence = excusePlanned(observed);
  const { window, failure } = evidence;
  const reasons = createReasonCollector();
  judgeSafety(evidence, reasons);
  judgeProofs(evidence, reasons);
  judgeNetwork(evidence.network, window, reasons);
  if (failure !== null || window === null) {
    const isTold = reasons.reasons.some(({ code }) => code === verdictLimits.networkMismatch.code);
    if (failure?.code === 'NETWORK_MISMATCH' && isTold) return conclude(reasons.reasons);
    const why =
      failure === null
        ? 'The measured window never began.'
        : `The repetition failed with ${failure.code}: ${failure.message}`;
    reasons.give('failed', why);
    judgeLife(evidence, reasons);
    return conclude(reasons.reasons);
  }
  judgeGraph(evidence.graph, reasons);
  // What members that break the rules say of themselves decides nothing; that one died does.
  const honest = ofHonest(evidence);
  judgeTimeline(ofHonest(observed), window, reasons);
  judgeBehaviours(observed, reasons);
  judgeLife(evidence, reasons);
  judgeResults(honest, window, reasons);
  judgeLoad(honest, window, reasons);
  const limited = judgeSaturation(evidence.hosts, honest.nodes, window, reasons);
  for (const host of evidence.hosts) judgeContamination(host, window, ofHost(host, reasons));
  const softened = {
    names: consequencesOfSaturation,
    why: 'Kept, because the host was saturated by the network itself.',
  };
  const { latencyMsP50 } = evidence;
  const late = createReasonCollector({ latencyMsP50, ...(limited ? { softened } : {}) });
  judgePunctuality(honest, late);
  judgeObservation(honest, window, reasons);
  if (evidence.limitsNotEnforced.length > 0) {
    const what = evidence.limitsNotEnforced.map((text) => text.replace(/\.$/, '')).join('; ');
    reasons.give('limitsNotEnforced', `Not everything asked for could be enforced: ${what}.`);
  }
  return conclude([...reasons.reasons, ...late.reasons]);
}

function conclude(reasons: readonly VerdictReason[]): Judgement {
  const invalid = reasons.filter(({ verdict }) => verdict === 'invalid');
  const suspect = reasons.filter(({ verdict }) => verdict === 'suspect');
  const verdict = invalid.length > 0 ? 'invalid' : suspect.length > 0 ? 'suspect' : 'valid';
  return { verdict, reasons: [...invalid, ...suspect] };
}
