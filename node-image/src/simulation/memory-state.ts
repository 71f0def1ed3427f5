import type { Configure } from '../contract/index.ts';
import type { StateFolder } from '../shell/state/state-folder.ts';

/** The state folder of a simulated node: outlives its process, not the simulation. */
export interface MemoryState {
  /** As the next process finds it. */
  open(onSave: () => void): StateFolder;
  /** Of it only the key is left. */
  empty(): void;
}

/** @param seed 32 bytes, the node's key */
export function createMemoryState(seed: Uint8Array): MemoryState {
  let configuration: Configure | null = null;
  let wasStarted = false;
  let loads = 0;
  let epochMs = 0;
  let durable: Uint8Array | null = null;
  return {
    open: (onSave) => ({
      seed,
      consensusSeed: seed,
      configuration,
      get wasStarted() {
        return wasStarted;
      },
      saveConfiguration(next) {
        configuration = next;
      },
      saveStarted() {
        wasStarted = true;
      },
      nextLoadNumber(least) {
        const number = Math.max(loads, least);
        loads = number + 1;
        return number;
      },
      nextEpochMs(nowMs) {
        epochMs = Math.max(nowMs, epochMs + 1);
        return epochMs;
      },
      loadDurable: () => durable,
      saveDurable(bytes) {
        onSave();
        durable = new Uint8Array(bytes);
      },
      close: () => undefined,
    }),
    empty() {
      configuration = null;
      wasStarted = false;
      loads = 0;
      epochMs = 0;
      durable = null;
    },
  };
}
