import { describe, expect, it } from '@jest/globals';
import { createOwnProcesses } from '../../../controller/src/observe/own-processes.ts';
import type { ProcessTicks } from '../../../controller/src/observe/proc.ts';

interface Row {
  readonly parent?: number;
  readonly name?: string;
  readonly start?: number;
  readonly children?: number;
}

/** One line of the process table: `cpu` ticks so far, and what differs from a plain process. */
function row(pid: number, cpu: number, rest: Row = {}): ProcessTicks {
  const { parent = 1, name = 'node', start = 10, children = 0 } = rest;
  return {
    pid,
    name,
    parentPid: parent,
    startTicks: start,
    cpuTicks: cpu,
    childrenTicks: children,
  };
}

describe('createOwnProcesses', () => {
  it('counts growth from the second look on', () => {
    const own = createOwnProcesses([100]);
    expect(own.advance([row(100, 500)])).toEqual({ own: 0, kernel: 0 });
    expect(own.advance([row(100, 530)])).toEqual({ own: 30, kernel: 0 });
    expect(own.advance([row(100, 530)])).toEqual({ own: 0, kernel: 0 });
  });

  it('counts whole trees under the roots, in whatever order the table is', () => {
    const own = createOwnProcesses([100, 200]);
    own.advance([row(100, 0), row(200, 0), row(300, 0)]);
    const table = [
      row(103, 4, { parent: 102 }),
      row(102, 3, { parent: 101 }),
      row(101, 2, { parent: 100 }),
      row(100, 1),
      row(201, 20, { parent: 200 }),
      row(200, 10),
      row(300, 1000),
      row(301, 2000, { parent: 300 }),
    ];
    expect(own.advance(table).own).toBe(1 + 2 + 3 + 4 + 10 + 20);
  });

  it('counts the container engine by name, but not what it runs for others', () => {
    const own = createOwnProcesses([]);
    own.advance([]);
    const table = [
      row(10, 1, { name: 'dockerd' }),
      row(11, 2, { name: 'containerd' }),
      row(12, 4, { name: 'containerd-shim' }),
      row(13, 8, { name: 'docker-proxy', parent: 10 }),
      row(14, 1000, { name: 'postgres', parent: 12 }),
    ];
    expect(own.advance(table).own).toBe(15);
  });

  it('does not take for ours what a shim inherited from a container of others', () => {
    const own = createOwnProcesses([]);
    const shim = { name: 'containerd-shim' };
    own.advance([row(12, 4, shim), row(14, 1000, { parent: 12 })]);
    expect(own.advance([row(12, 5, { ...shim, children: 1003 })]).own).toBe(1);
  });

  it('finds the rest of an ended child in its parent, and counts it once', () => {
    const own = createOwnProcesses([100]);
    own.advance([row(100, 0), row(101, 50, { parent: 100, children: 5 })]);
    // Between the looks the child used 7 more, ended and was waited for: 50 + 5 + 7 move up.
    expect(own.advance([row(100, 1, { children: 62 })]).own).toBe(8);
    expect(own.advance([row(100, 1, { children: 62 })]).own).toBe(0);
  });

  it('counts a child that lived only between two looks', () => {
    const own = createOwnProcesses([100]);
    own.advance([row(100, 0)]);
    expect(own.advance([row(100, 0, { children: 9 })]).own).toBe(9);
  });

  it('counts nothing for a child that nobody waited for', () => {
    const own = createOwnProcesses([100]);
    own.advance([row(100, 0), row(101, 50, { parent: 100 })]);
    expect(own.advance([row(100, 3)]).own).toBe(3);
  });

  it('keeps a process that lost its parent to init', () => {
    const own = createOwnProcesses([100]);
    own.advance([row(100, 0), row(101, 0, { parent: 100 })]);
    expect(own.advance([row(101, 5, { parent: 1 })]).own).toBe(5);
  });

  it('does not take a reused pid for the old process', () => {
    const own = createOwnProcesses([100]);
    own.advance([row(100, 40), row(101, 30, { parent: 100 })]);
    const reused = [row(100, 700, { start: 99 }), row(101, 900, { start: 99 })];
    expect(own.advance(reused).own).toBe(0);
  });

  it('counts the whole time of a new process that took the pid of an own one', () => {
    const own = createOwnProcesses([100]);
    own.advance([row(100, 0), row(101, 30, { parent: 100 })]);
    expect(own.advance([row(100, 0), row(101, 4, { parent: 100, start: 99 })]).own).toBe(4);
  });

  it('tells network kernel threads apart from other kernel threads', () => {
    const own = createOwnProcesses([]);
    const thread = (pid: number, cpu: number, name: string) => row(pid, cpu, { name, parent: 2 });
    own.advance([thread(15, 1, 'ksoftirqd/0'), thread(16, 1, 'kworker/0:1')]);
    expect(own.advance([thread(15, 8, 'ksoftirqd/0'), thread(16, 9, 'kworker/0:1')])).toEqual({
      own: 0,
      kernel: 7,
    });
  });

  it('lets foreign rows stand in, except for each of them every eighth look', () => {
    const own = createOwnProcesses([100]);
    const table = [row(100, 0), row(11, 1, { name: 'dockerd' }), row(300, 0), row(301, 0)];
    const again: number[] = [];
    for (let look = 0; look < 16; look++) {
      own.advance(table);
      expect(own.reusable(100)).toBeUndefined();
      expect(own.reusable(11)).toBeUndefined();
      expect(own.reusable(999)).toBeUndefined();
      if (own.reusable(300) === undefined) again.push(look);
      else expect(own.reusable(300)).toMatchObject({ pid: 300, startTicks: 10 });
    }
    expect(again).toHaveLength(2);
    expect((again[1] ?? 0) - (again[0] ?? 0)).toBe(8);
  });

  it('survives a table in which parents form a circle', () => {
    const own = createOwnProcesses([1]);
    own.advance([]);
    const circle = [row(5, 1, { parent: 6 }), row(6, 1, { parent: 5 })];
    expect(own.advance(circle).own).toBe(0);
  });
});
