import { FRAME_BYTES_MAX } from '../../codec/limits.ts';
import type { Crypto } from '../seam/crypto.ts';
import type { EngineDependencies } from '../seam/protocol.ts';
import { blockBytesMax, messageTransactionsMax } from '../shared/limits.ts';
import type { PbftOptions } from './core.ts';
import { windowIntervals } from './parameters.ts';
import { Pbft } from './pbft.ts';
import { pbftRules, type SafetyRules } from './rules.ts';

/** What is signed only to see how long a signature is; no statement of any protocol starts so. */
const signatureProbe = 'prsm-testbed/signature-length';

/**
 * A PBFT replica; docs/consensus.md says what exactly.
 * @param dependencies.rules the protocol's own by default; tests pass broken ones
 * @throws Error if the options contradict each other
 */
export function createPbftEngine(
  options: PbftOptions,
  dependencies: EngineDependencies & { readonly rules?: SafetyRules },
): Pbft {
  const { selfIndex, committeeSize, parameters } = options;
  if (!Number.isInteger(selfIndex) || selfIndex < 0 || selfIndex >= committeeSize) {
    throw new Error(`Node index ${selfIndex} is not in a committee of ${committeeSize}`);
  }
  const { slotsInFlight, checkpointSlots } = parameters;
  if (slotsInFlight > windowIntervals * checkpointSlots) {
    throw new Error(
      `slotsInFlight ${slotsInFlight} must be at most ${windowIntervals} * checkpointSlots ` +
        `${checkpointSlots}: no more slots are taken part in before a checkpoint is stable`,
    );
  }
  assertNewViewFits(options, dependencies.crypto);
  // No block may be larger than what every receiver decodes, whatever the parameters say.
  const withinLimits = {
    ...parameters,
    batchTxMax: Math.min(parameters.batchTxMax, messageTransactionsMax),
    batchBytesMax: Math.min(parameters.batchBytesMax, blockBytesMax),
  };
  return new Pbft(
    { ...options, parameters: withinLimits },
    { crypto: dependencies.crypto, rules: dependencies.rules ?? pbftRules },
  );
}

/**
 * A NEW-VIEW proves itself by a quorum of calls, each with a quorum of signatures for its checkpoint
 * and for every slot of the window. One that does not fit a frame would end in a view that never
 * begins, at the first primary that dies.
 */
function assertNewViewFits({ committeeSize, parameters }: PbftOptions, crypto: Crypto): void {
  const quorum = pbftRules.quorumSize(committeeSize);
  const signatureBytes = crypto.sign(new TextEncoder().encode(signatureProbe)).length;
  const slots = windowIntervals * parameters.checkpointSlots;
  const bytes = quorum * (1 + slots) * quorum * (signatureBytes + 4);
  if (bytes <= FRAME_BYTES_MAX) return;
  const fitting = Math.floor(
    (FRAME_BYTES_MAX / (quorum * quorum * (signatureBytes + 4)) - 1) / windowIntervals,
  );
  const advice =
    fitting >= 1 ? `checkpointSlots ${fitting} would fit` : 'no checkpointSlots would fit';
  throw new Error(
    `A change of view among ${committeeSize} members with signatures of ${signatureBytes} bytes and ` +
      `checkpointSlots ${parameters.checkpointSlots} can take ${bytes} bytes, and a message has at ` +
      `most ${FRAME_BYTES_MAX}: ${advice}`,
  );
}
