import { totalmem } from 'node:os';
import { createNodeClock } from './clock.ts';
import { startControlServer } from './control/control-server.ts';
import { createRoutes } from './control/routes.ts';
import { EnvironmentError, type NodeSettings, readSettings } from './environment.ts';
import { spendMemory } from './idle-memory.ts';
import { createLog, type Log } from './log.ts';
import { createCgroupReader, ownsContainer } from './metrics/cgroup.ts';
import { NodeShell } from './node-shell.ts';
import { createShaper } from './shaping/shaper.ts';
import { openStateFolder } from './state/state-folder.ts';

/** Written into the bundle by scripts/build-node.ts; absent when the sources run unbuilt. */
declare const TESTBED_SOURCE_HASH: string;

/** Time for a reply under way and for closing connections; then the process ends regardless. */
const SHUTDOWN_MS_MAX = 1_500;
const CGROUP_ROOT = '/sys/fs/cgroup';

/**
 * Wires a node together and runs it until it is told to end.
 * Exit codes: 0 told to end, 1 failed, 2 the environment variables are wrong.
 */
export async function runNode(): Promise<void> {
  const clock = createNodeClock();
  const log = createLog(
    (line) => process.stderr.write(line),
    () => new Date(clock.wallMs()),
    { node: Number(process.env.TESTBED_NODE_INDEX) },
  );
  try {
    await startNode(readSettings(process.env), clock, log);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error('failed', { reason, stack: error instanceof Error ? error.stack : undefined });
    process.exit(error instanceof EnvironmentError ? 2 : 1);
  }
}

async function startNode(
  settings: NodeSettings,
  clock: ReturnType<typeof createNodeClock>,
  log: Log,
): Promise<void> {
  const state = openStateFolder(settings.stateDir, settings);
  const shaper = createShaper({ selfIndex: settings.nodeIndex, clock });
  const isOwnContainer = ownsContainer(process);
  const readCgroup = createCgroupReader(CGROUP_ROOT);
  const node = new NodeShell(settings, {
    software: softwareName(),
    state,
    clock,
    log,
    random: Math.random,
    shaper,
    memory: {
      // Without a limit this is 0 or near 2^64, depending on the kernel.
      limitBytes: process.constrainedMemory() || Number.POSITIVE_INFINITY,
      machineBytes: totalmem(),
    },
    openHost: async () => {
      // libp2p is most of the bundle: the control port answers before it is loaded.
      const { createLibp2pHost } = await import('./transport/libp2p-host.ts');
      const publicKey = Buffer.from(node.keyDesk.publicKeyHex, 'hex');
      const privateKeyRaw = Buffer.concat([state.seed, publicKey]);
      return createLibp2pHost({ privateKeyRaw, listen: settings.data, shaper });
    },
    readContainer: () => (isOwnContainer ? readCgroup() : null),
    onLoad: spendMemory,
    onShutdownRequest: () => setImmediate(shutdown, 'request'),
  });

  const crash = (error: unknown): void => {
    node.fail(error instanceof Error ? error.message : String(error), error);
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  const control = await startControlServer(
    { listen: settings.control, routes: createRoutes(node) },
    (error) => log.error('bug in an endpoint', { error: String(error) }),
  );

  let isEnding = false;
  function shutdown(cause: string): void {
    if (isEnding) return;
    isEnding = true;
    const exitCode = node.hasFailed ? 1 : 0;
    log.info('stopping', { cause });
    setTimeout(() => process.exit(exitCode), SHUTDOWN_MS_MAX).unref();
    Promise.all([node.close(), control.close()])
      .catch((error: unknown) => log.warn('unclean stop', { error: String(error) }))
      .finally(() => process.exit(exitCode));
  }
  process.on('SIGTERM', () => shutdown('SIGTERM'));
  process.on('SIGINT', () => shutdown('SIGINT'));

  await node.boot();
  log.info('open', { controlPort: control.port });
}

function softwareName(): string {
  const hash = typeof TESTBED_SOURCE_HASH === 'string' ? TESTBED_SOURCE_HASH : 'unbuilt';
  return `prsm-testbed-node/1+${hash} node/${process.versions.node}`;
}
