import type { Message } from '../../../node-image/src/engine/pbft/messages.ts';
import { pbftProtocol } from '../../../node-image/src/engine/pbft/protocol.ts';
import { pbftRules, type SafetyRules } from '../../../node-image/src/engine/pbft/rules.ts';
import type { Subject } from '../subject.ts';
import { PbftCoalition } from './coalition.ts';
import { PbftHabits } from './habits.ts';

/** PBFT, or one with rules that are broken on purpose, under the coalition's attacks. */
export function pbftSubject(rules: SafetyRules): Subject<Message> {
  return {
    protocol: pbftProtocol(rules),
    hasSnapshots: true,
    blocksAfterHealMin: 1,
    // Whatever a seed decides, decided by what it has drawn already.
    parametersOf: ({ baseTimeoutMs, batchTxMax, batchBytesMax, batchAgeMsMax, ...drawn }) => ({
      protocol: 'pbft',
      baseTimeoutMs,
      batchTxMax,
      batchBytesMax,
      batchAgeMsMax,
      mempoolTxMax: drawn.mempoolTxMax,
      auth: batchTxMax % 3 === 0 ? 'signature' : 'channel',
      slotsInFlight: drawn.forwardLeaders,
      checkpointSlots: 2 + (batchTxMax % 7),
    }),
    createAdversary: (options, world) =>
      new PbftCoalition({ ...options, quorum: rules.quorumSize(options.committeeSize) }, world),
    createHabits: () => new PbftHabits(),
  };
}

export const pbft: Subject = pbftSubject(pbftRules);
