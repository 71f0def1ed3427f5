import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Configure } from '../../../../node-image/src/contract/index.ts';
import { NodeShell } from '../../../../node-image/src/shell/node-shell.ts';
import { createShaper } from '../../../../node-image/src/shell/shaping/shaper.ts';
import { openStateFolder } from '../../../../node-image/src/shell/state/state-folder.ts';
import type { Host } from '../../../../node-image/src/shell/transport/link-stream.ts';
import { createFakeClock } from './fake-clock.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Bench {
  readonly shell: NodeShell;
  readonly configuration: Configure;
  readonly opened: { meshes: number };
  openPort(): void;
}

/** A committee of one, whose data port opens when it is told to. */
function createBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'testbed-shell-'));
  folders.push(folder);
  const clock = createFakeClock();
  const state = openStateFolder(folder, { runId: 'run', nodeIndex: 0 });
  const opened = { meshes: 0 };
  const host: Host = {
    peerId: 'self',
    dataAddress: '127.0.0.1:7001',
    dial: () => Promise.reject(new Error('There is nobody to dial.')),
    onStream: () => {
      opened.meshes += 1;
    },
    admitOnly: () => undefined,
    connected: () => [],
    close: async () => undefined,
  };
  const port = Promise.withResolvers<Host>();
  const listen = { address: '127.0.0.1', port: 0 };
  const settings = { runId: 'run', nodeIndex: 0, stateDir: folder, control: listen, data: listen };
  const ignore = (): void => undefined;
  const shell = new NodeShell(settings, {
    software: 'test',
    state,
    clock,
    log: { info: ignore, warn: ignore, error: ignore },
    random: () => 0.5,
    memory: { limitBytes: Number.POSITIVE_INFINITY, machineBytes: 1e9 },
    shaper: createShaper({ selfIndex: 0, clock }),
    openHost: () => port.promise,
    readContainer: () => null,
    onLoad: ignore,
    onShutdownRequest: ignore,
  });
  const { publicKeyHex } = shell.keyDesk;
  const configuration: Configure = {
    chainId: 'chain',
    committee: [{ index: 0, peerId: 'self', publicKeyHex, dataAddress: host.dataAddress }],
    links: [],
    engine: {
      protocol: 'jolteon',
      baseTimeoutMs: 1_000,
      idleDelayMs: 100,
      batchTxMax: 10,
      batchBytesMax: 1_000,
      batchAgeMsMax: 0,
      mempoolTxMax: 10,
      forwardLeaders: 0,
    },
    resume: 'when-configured',
  };
  return { shell, configuration, opened, openPort: () => port.resolve(host) };
}

describe('NodeShell', () => {
  it('joins one network, also if it is configured twice before its port is open', async () => {
    const { shell, configuration, opened, openPort } = createBench();
    const booted = shell.boot();
    const answers = Promise.allSettled([
      shell.configure(configuration),
      shell.configure(configuration),
    ]);
    openPort();
    await booted;
    const [first, second] = await answers;
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'WRONG_STATE' } });
    expect(opened.meshes).toBe(1);
    await shell.close();
  });
});
