import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readOomKills } from '../../../../controller/src/runtime/docker/oom-kills.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'testbed-oom-'));
  file = join(folder, 'vmstat');
  writeFileSync(file, 'pgfault 12\noom_kill 7\ndrop_pagecache 0\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('readOomKills', () => {
  it.each(['bridge', 'joined'] as const)('takes the count of our own kernel: %s', async (kind) => {
    expect(await readOomKills({ kind }, file)).toBe(7);
  });

  it('does not take it for that of a daemon elsewhere', async () => {
    expect(await readOomKills({ kind: 'published' }, file)).toBeNull();
  });

  it('is null where the kernel does not count, or shows no file', async () => {
    writeFileSync(file, 'pgfault 12\n');
    expect(await readOomKills({ kind: 'bridge' }, file)).toBeNull();
    expect(await readOomKills({ kind: 'bridge' }, join(folder, 'absent'))).toBeNull();
  });
});
