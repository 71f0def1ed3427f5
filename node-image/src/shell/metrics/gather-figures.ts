import type { BehaviourDesk } from '../behaviour-desk.ts';
import type { Consensus } from '../consensus.ts';
import type { KeyDesk } from '../key-desk.ts';
import type { LoadDesk } from '../load-desk.ts';
import type { PeerReports } from '../peer-reports.ts';
import type { Shaper } from '../shaping/shaper.ts';
import type { CgroupFigures } from './cgroup.ts';
import { NO_TRAFFIC, type NodeFigures } from './node-figures.ts';

/** Whoever counts something in a node. */
export interface Counting {
  /** Null before the node is configured. */
  readonly consensus: Consensus | null;
  readonly reports: PeerReports;
  readonly keyDesk: KeyDesk;
  readonly loadDesk: LoadDesk;
  readonly behaviourDesk: BehaviourDesk;
  readonly evidence: { readonly count: number };
  readonly safetyViolations: number;
  readonly shaper: Shaper;
  readonly container: CgroupFigures | null;
}

/** All that they count, at this moment. */
export function gatherFigures(counting: Counting): NodeFigures {
  const { consensus, reports, loadDesk } = counting;
  const traffic = consensus?.mesh.traffic ?? NO_TRAFFIC;
  const relayed = consensus?.overlay?.counters;
  return {
    engine: consensus?.driver.status() ?? null,
    traffic: { ...traffic, messagesMalformed: traffic.messagesMalformed + reports.malformedCount },
    linksPlanned: consensus?.mesh.linksPlanned ?? 0,
    overlay: relayed === undefined ? null : { ...relayed },
    signatures: { ...counting.keyDesk.costs },
    linksUp: consensus?.mesh.linksUp ?? 0,
    transactionsSubmitted: loadDesk.submitted,
    transactionsRejected: loadDesk.rejected,
    evidence: counting.evidence.count,
    misbehaviours: counting.behaviourDesk.misbehaviours,
    safetyViolations: counting.safetyViolations,
    shaped: counting.shaper.totals(),
    container: counting.container,
  };
}
