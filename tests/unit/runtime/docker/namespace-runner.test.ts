import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  OUTPUT_BYTES_MAX,
  readFrames,
  runnerCommand,
} from '../../../../controller/src/runtime/docker/namespace-runner.ts';
import { PREAMBLE, RUNNER } from '../../../../controller/src/runtime/docker/runner-program.ts';

const nothing = Buffer.alloc(0);

interface Printed {
  readonly at: number;
  readonly state?: string;
  readonly exit?: number;
  readonly out?: Uint8Array;
  readonly err?: Uint8Array;
}

function print({ at, state = 'done', exit = 0, out = nothing, err = nothing }: Printed): Buffer {
  const line = `@ ${at} ${state} ${exit} 1000 1012 ${out.length} ${err.length}\n`;
  return Buffer.concat([Buffer.from(line), out, err, Buffer.from('\n')]);
}

const end = (count: number): Buffer => Buffer.from(`@ end ${count}\n`);
const read = (count: number, ...parts: readonly Buffer[]): ReturnType<typeof readFrames> =>
  readFrames({ stdout: Buffer.concat(parts), stderr: Buffer.from('perl: oh') }, count);

describe('runnerCommand', () => {
  it('carries every script to the byte, in pieces that the kernel takes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (scripts) => {
        const tasks = scripts.map((script, pid) => ({ pid, address: '10.0.0.1', script }));
        const command = runnerCommand(tasks, 2_500) ?? [];
        expect(command.slice(0, 8)).toEqual([
          ...['perl', '-e', RUNNER, '--', '2.5', '128', String(OUTPUT_BYTES_MAX), PREAMBLE],
        ]);
        const text = gunzipSync(Buffer.from(command.slice(8).join(''), 'base64'));
        const expected = tasks.flatMap(({ pid, script }) => [
          Buffer.from(`${pid} 10.0.0.1 ${Buffer.byteLength(script)}\n`),
          Buffer.from(script),
        ]);
        expect(text.equals(Buffer.concat(expected))).toBe(true);
      }),
    );
  });

  it('cuts long ones into arguments below 128 KiB, and refuses what is longer than a command', () => {
    // Numbers that gzip cannot make much shorter.
    let state = 1;
    const noise = Array.from({ length: 250_000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return String.fromCharCode(33 + (state % 90));
    }).join('');
    const command = runnerCommand([{ pid: 1, address: '10.0.0.1', script: noise }], 1_000) ?? [];
    expect(command.length).toBeGreaterThan(10);
    expect(Math.max(...command.map(({ length }) => length))).toBeLessThan(128 * 1024);
    const tasks = Array.from({ length: 8 }, (_, pid) => ({
      pid,
      address: '10.0.0.1',
      script: `${noise.slice(pid * 1_000)}${noise.slice(0, pid * 1_000)}`,
    }));
    expect(runnerCommand(tasks, 1_000)).toBeNull();
  });
});

describe('readFrames', () => {
  it('gives results in the order of the tasks, whichever ended first', () => {
    const frames = read(3, print({ at: 2 }), print({ at: 0, exit: 3 }), print({ at: 1 }), end(3));
    expect(frames).toMatchObject([
      { exitCode: 3, startedUnixMs: 1000, endedUnixMs: 1012, state: 'done' },
      { exitCode: 0 },
      { exitCode: 0 },
    ]);
  });

  it('keeps any output apart from the frames around it', () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    const tricky = fc
      .constantFrom('\n@ end 2\n', '@ 1 done 0 1 1 0 0\n\n')
      .map((t) => Buffer.from(t));
    fc.assert(
      fc.property(fc.oneof(bytes, tricky), fc.oneof(bytes, tricky), (out, err) => {
        const frames = read(2, print({ at: 1, out, err }), print({ at: 0, out: err }), end(2));
        if (typeof frames === 'string') throw new Error(frames);
        const found = frames.map(({ stdout, stderr }) => [[...stdout], [...stderr]]);
        expect(found).toEqual([
          [[...err], []],
          [[...out], [...err]],
        ]);
      }),
    );
  });

  it.each([
    ['nothing at all', [], /answered for 0 of 2.*perl: oh/],
    ['no end', [print({ at: 0 }), print({ at: 1 })], /for 2 of 2/],
    ['a frame too few', [print({ at: 0 }), end(2)], /for 1 of 2/],
    ['one task twice', [print({ at: 0 }), print({ at: 0 }), end(2)], /for 1 of 2/],
    ['another count', [print({ at: 0 }), print({ at: 1 }), end(3)], /for 2 of 2.*@ end 3/],
    ['a task that nobody gave', [print({ at: 0 }), print({ at: 7 }), end(2)], /for 1 of 2/],
    ['noise between', [print({ at: 0 }), Buffer.from('sh: not found\n')], /1 of 2.*sh: not found/],
    ['a state of its own', [print({ at: 0, state: 'odd' }), end(2)], /for 0 of 2/],
  ])('says what is wrong with %s', (_, parts, expected) => {
    expect(read(2, ...parts)).toMatch(expected);
  });

  it('notices wherever the output is cut off', () => {
    const whole = Buffer.concat([print({ at: 0, out: Buffer.from('abc') }), end(1)]);
    for (let length = 0; length < whole.length; length++) {
      expect(typeof read(1, whole.subarray(0, length))).toBe('string');
    }
    expect(typeof read(1, whole)).toBe('object');
  });
});
