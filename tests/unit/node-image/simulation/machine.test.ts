import { describe, expect, it } from '@jest/globals';
import {
  createMachine,
  type Machine,
  type Processor,
} from '../../../../node-image/src/simulation/machine.ts';

/** One ms a turn, so that every turn can be told in the times. */
function machineOf(cores: number): Machine {
  return createMachine({ cores, startUnixMs: 1_000, turnMs: 1 });
}

function runAll(machine: Machine): void {
  while (machine.nextMs < Number.POSITIVE_INFINITY) machine.step();
}

/** Spends so much in a turn, and notes when that began and ended. */
function work(processor: Processor, ms: number, log: [number, number][]): void {
  processor.post(() => {
    const beganMs = processor.nowMs;
    processor.spend(ms);
    log.push([beganMs, processor.nowMs]);
  });
}

describe('createMachine', () => {
  it('carries out what happens in order of time, and of one time in order of asking', () => {
    const machine = machineOf(1);
    const seen: string[] = [];
    for (const [atMs, name] of [
      [1_030, 'late'],
      [1_010, 'first'],
      [1_010, 'second'],
      [900, 'past'],
    ] as const) {
      machine.at(atMs, () => seen.push(`${name} ${machine.nowMs}`));
    }
    machine.at(1_020, () => seen.push('never'))();
    runAll(machine);
    expect(seen).toEqual(['past 1000', 'first 1010', 'second 1010', 'late 1030']);
  });

  it('lets nodes wait for each other where there are fewer cores than nodes', () => {
    for (const [cores, ends] of [
      [1, [1_006, 1_012]],
      [2, [1_006, 1_006]],
    ] as const) {
      const machine = machineOf(cores);
      const log: [number, number][] = [];
      for (const processor of [machine.createProcessor(), machine.createProcessor()]) {
        work(processor, 5, log);
      }
      runAll(machine);
      expect(log.map(([, endMs]) => endMs)).toEqual(ends);
    }
  });

  it('keeps what comes during a turn for the next one', () => {
    const machine = machineOf(2);
    const processor = machine.createProcessor();
    const log: [number, number][] = [];
    work(processor, 10, log);
    machine.at(1_003, () => work(processor, 1, log));
    machine.at(1_004, () => work(processor, 1, log));
    runAll(machine);
    // Both in one turn, which begins when the first has ended.
    expect(log).toEqual([
      [1_001, 1_011],
      [1_012, 1_013],
      [1_013, 1_014],
    ]);
    expect(processor.spentMs).toBe(14);
  });

  it('stretches the work of a node that may use a part of a core', () => {
    const machine = machineOf(1);
    const processor = machine.createProcessor();
    processor.speed = 0.5;
    const log: [number, number][] = [];
    work(processor, 5, log);
    runAll(machine);
    expect(log).toEqual([[1_002, 1_012]]);
    expect(processor.spentMs).toBe(6);
  });

  it('keeps what comes to a paused node, and forgets what comes to a halted one', () => {
    const machine = machineOf(1);
    const [paused, halted] = [machine.createProcessor(), machine.createProcessor()];
    const log: [number, number][] = [];
    paused.pause();
    work(paused, 1, log);
    halted.halt();
    work(halted, 1, log);
    machine.at(1_100, () => paused.resume());
    runAll(machine);
    expect(log).toEqual([[1_101, 1_102]]);
  });

  it('tells how long work waited for its turn', () => {
    const machine = machineOf(1);
    const processor = machine.createProcessor();
    const endWatch = processor.watchWaits();
    work(processor, 9, []);
    machine.at(1_004, () => work(processor, 1, []));
    runAll(machine);
    expect(endWatch()).toEqual([0, 6]);
  });
});
