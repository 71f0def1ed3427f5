import { ByteReader } from '../../../codec/byte-reader.ts';
import { ByteWriter } from '../../../codec/byte-writer.ts';
import type { DurableState } from '../seam.ts';
import { readOptionalTimeoutCertificate, readQuorumCertificate } from './decode-message.ts';
import { writeOptionalTimeoutCertificate, writeQuorumCertificate } from './encode-message.ts';

/** The engine's durable state as bytes: rounds as u64, then the two certificates, then the lock. */
export function encodeDurableState(state: DurableState): Buffer {
  const writer = new ByteWriter({ initialBytes: 4096, keptBytesMax: 4096 });
  writer.u53(state.lastVotedRound);
  writer.u53(state.lastProposedRound);
  writeQuorumCertificate(writer, state.highQc);
  writeOptionalTimeoutCertificate(writer, state.lastTc);
  writer.u53(state.lockedRound);
  return writer.finish();
}

/** @throws DecodeError for anything that `encodeDurableState` did not write */
export function decodeDurableState(bytes: Uint8Array): DurableState {
  const reader = new ByteReader(bytes);
  const state = {
    lastVotedRound: reader.u53(),
    lastProposedRound: reader.u53(),
    highQc: readQuorumCertificate(reader),
    lastTc: readOptionalTimeoutCertificate(reader),
    lockedRound: reader.u53(),
  };
  reader.end();
  return state;
}
