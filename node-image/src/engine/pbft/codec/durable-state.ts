import { ByteWriter } from '../../../codec/byte-writer.ts';
import type { DurableState } from '../messages.ts';
import { PartsReader } from './parts-reader.ts';
import { readPrepared, readProposals, readStable } from './read-parts.ts';
import { writePrepared, writeProposals, writeStable } from './write-parts.ts';

const writer = new ByteWriter({ initialBytes: 64 * 1024, keptBytesMax: 256 * 1024 });

/** What a replica must remember across a crash, as bytes: see docs/consensus.md. */
export function encodeDurableState(state: DurableState): Uint8Array {
  writer.u53(state.view);
  writer.u53(state.pendingView);
  writeStable(writer, state.stable);
  writePrepared(writer, state.prepared);
  writeProposals(writer, state.accepted);
  return writer.finish();
}

/** @throws DecodeError for anything that `encodeDurableState` did not write */
export function decodeDurableState(bytes: Uint8Array): DurableState {
  const reader = new PartsReader(bytes);
  const state = {
    view: reader.u53(),
    pendingView: reader.u53(),
    stable: readStable(reader),
    prepared: readPrepared(reader),
    accepted: readProposals(reader),
  };
  reader.end();
  return state;
}
