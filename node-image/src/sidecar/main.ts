/**
 * Starts a program that orders transactions and serves the node contract for it. Usage:
 * `node sidecar.mjs PROGRAM [ARGUMENTS]`, with the five environment variables of the contract.
 * Exit codes as those of a node: 0 told to end, 1 failed, 2 called wrongly.
 */
import { createNodeClock } from '../shell/clock.ts';
import { startControlServer } from '../shell/control/control-server.ts';
import { createBaseRoutes } from '../shell/control/routes.ts';
import { EnvironmentError, readSettings } from '../shell/environment.ts';
import { createLog } from '../shell/log.ts';
import { openStateFolder } from '../shell/state/state-folder.ts';
import { ed25519 } from '../signatures/ed25519.ts';
import { startProgram } from './program.ts';
import { Sidecar } from './sidecar.ts';

const SHUTDOWN_MS_MAX = 1_500;

const clock = createNodeClock();
const log = createLog(
  (line) => process.stderr.write(line),
  () => new Date(clock.wallMs()),
  { node: Number(process.env.TESTBED_NODE_INDEX) },
);

try {
  await run();
} catch (error) {
  log.error('failed', { reason: error instanceof Error ? error.message : String(error) });
  process.exit(error instanceof EnvironmentError ? 2 : 1);
}

async function run(): Promise<void> {
  const [file, ...args] = process.argv.slice(2);
  if (file === undefined) throw new EnvironmentError('usage: sidecar PROGRAM [ARGUMENTS]');
  const settings = readSettings(process.env);
  const state = openStateFolder(settings.stateDir, settings);
  const { publicKey } = ed25519.createKey(state.seed);
  const node = new Sidecar(settings, {
    software: `prsm-testbed-sidecar/1 ${[file, ...args].join(' ')}`,
    publicKeyHex: Buffer.from(publicKey).toString('hex'),
    state,
    clock,
    log,
    startProgram: (listener) => startProgram([file, ...args], listener),
    onShutdownRequest: () => setImmediate(shutdown, 'request'),
    onFailure: (reason) => {
      log.error('failed', { reason });
      process.exit(1);
    },
  });
  const control = await startControlServer(
    { listen: settings.control, routes: createBaseRoutes(node) },
    (error) => log.error('bug in an endpoint', { error: String(error) }),
  );
  let isEnding = false;
  function shutdown(cause: string): void {
    if (isEnding) return;
    isEnding = true;
    log.info('stopping', { cause });
    setTimeout(() => process.exit(0), SHUTDOWN_MS_MAX).unref();
    Promise.all([node.close(), control.close()])
      .catch((error: unknown) => log.warn('unclean stop', { error: String(error) }))
      .finally(() => process.exit(0));
  }
  process.on('SIGTERM', () => shutdown('SIGTERM'));
  process.on('SIGINT', () => shutdown('SIGINT'));
  node.boot();
}
