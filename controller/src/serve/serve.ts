/**
 * The server: an HTTP adapter over what the command line does. Knows the ports of conduct/, the
 * model and the pure rooms; cli/ hands it adapters. One run at a time, whoever asks.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Endings, Workshop } from '../conduct/ports.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import type { Clock } from '../lib/clock.ts';
import { errorCodeOf } from '../lib/error-code.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { outerRuntimes } from '../model/runtime-traits.ts';
import { openAuditLog } from './audit-log.ts';
import { createLiveHandlers } from './handlers/live-handlers.ts';
import { createQueueHandlers } from './handlers/queue-handlers.ts';
import { createRunHandlers } from './handlers/run-handlers.ts';
import { createScenarioHandlers } from './handlers/scenario-handlers.ts';
import { createSessionHandlers } from './handlers/session-handlers.ts';
import { createHttpServer } from './http/http-server.ts';
import type { Token } from './http/tokens.ts';
import { createLiveServer } from './live/live-server.ts';
import { createControllerMetrics } from './metrics/controller-metrics.ts';
import { openPageFiles } from './page-files.ts';
import { createDispatcher } from './queue/dispatcher.ts';
import { loadQueue, openQueueFile } from './queue/queue-file.ts';
import { createRunQueue, recoverQueue } from './queue/run-queue.ts';
import { carryOut } from './queue/runner.ts';
import { lockServer } from './server-lock.ts';
import type { FormatPlan, ServerParts } from './server-parts.ts';
import { createStoreBox } from './store-box.ts';

export interface ServeOptions {
  readonly bind: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly hosts: readonly string[];
  readonly tokens: readonly Token[];
  readonly allowCommands: boolean;
  readonly version: string;
  /** Ready scenarios. */
  readonly readyFolder: string;
  /** The built page. */
  readonly pageFolder: string;
}

export interface ServeDependencies {
  readonly workshop: Workshop;
  readonly clock: Clock;
  readonly chance: () => number;
  readonly endings: Endings;
  readonly formatPlan: FormatPlan;
  /** Calls back every `ms` until the returned function is called. */
  readonly every: (ms: number, work: () => void) => () => void;
  /** The server's own output. */
  readonly note: (text: string) => void;
  readonly onBug: (error: unknown) => void;
  readonly onListening: (url: string) => void;
}

const lastWordsMs = 100;

/**
 * Serves until it is to end, which ends the run under way.
 * @throws TestbedError PORT_IN_USE, SERVER_RUNNING, DATA_FOLDER_UNUSABLE
 */
export async function serve(options: ServeOptions, deps: ServeDependencies): Promise<void> {
  const { workshop, clock, endings, note } = deps;
  const folder = join(workshop.dataFolder, 'server');
  await makeFolder(folder, 0o700);
  await using _lock = await lockServer(folder);
  const warn = (text: string): void => note(`warning: ${text}`);
  const store = createStoreBox(() => workshop.openStore({ signal: endings.stop, onWarning: warn }));
  try {
    const parts = await assemble(options, { ...deps, warn, store, folder });
    const server = createHttpServer(options, {
      clock,
      handlers: {
        ...createLiveHandlers(parts),
        ...createRunHandlers(parts),
        ...createQueueHandlers(parts),
        ...createScenarioHandlers(parts),
        ...createSessionHandlers({ ...parts, tokens: options.tokens }),
      },
      findPage: await openPageFiles(options.pageFolder, options.version),
      onRefused: (from, outcome) => {
        void parts.audit.note({ action: 'refused', who: 'anybody', from, runId: null, outcome });
      },
      onAnswered: (status) => parts.metrics.answered(status),
      onBug: deps.onBug,
    });
    await listen(server, options);
    deps.onListening(addressOf(server));
    // What needs it next waits for it, or is told why it is not there.
    store.get().catch((error: unknown) => warn(error instanceof Error ? error.message : ''));
    parts.dispatcher.start();
    try {
      if (!endings.stop.aborted) await once(endings.stop, 'abort');
    } finally {
      await parts.dispatcher.close(endings.kill);
      parts.live.close();
      server.close();
      // The last words of the streams are on their way.
      await clock.sleep(lastWordsMs, { signal: new AbortController().signal });
      server.closeAllConnections();
    }
  } finally {
    await store.close();
  }
}

type Assembling = ServeDependencies & {
  readonly warn: (text: string) => void;
  readonly store: ServerParts['store'];
  readonly folder: string;
};

async function assemble(options: ServeOptions, deps: Assembling): Promise<ServerParts> {
  const { workshop, clock, chance, warn, store, folder, onBug } = deps;
  const { version, readyFolder, allowCommands } = options;
  const rules = { readyFolder, allowCommands };
  const epoch = `${clock.now().getTime().toString(36)}${chance().toString(36).slice(2, 8)}`;
  const audit = await openAuditLog(folder, { clock, onWarning: warn });
  const saved = await loadQueue(folder, warn);
  const recovered = recoverQueue(saved, clock.now().toISOString());
  const queue = createRunQueue(recovered);
  const file = openQueueFile(folder);
  if (recovered.active.length < saved.active.length) {
    await file.save(queue.saved());
    tidyUp(workshop, deps);
  }
  const view = () => queue.view();
  const wantsToken = options.tokens.length > 0;
  const { every } = deps;
  const live = createLiveServer({ clock, version, epoch, wantsToken, store, queue: view, every });
  const metrics = createControllerMetrics(version, () => {
    const current = live.current();
    return {
      status: live.status(),
      nodesPlanned: current?.cell.nodeCount ?? 0,
      nodesUp: current?.nodesUp ?? 0,
      repetitionsEnded: live.repetitionsEnded(),
    };
  });
  const dispatcher = createDispatcher({
    ...{ clock, chance, epoch, queue, file, onBug },
    onChange: () => live.queueChanged(),
    onBegin: (entry) => live.begin(entry),
    onEnd: (entry) => {
      live.end(entry);
      metrics.runEnded(entry.state);
    },
    carryOut: ({ id, submission, endings, onRunning, onProgress }) =>
      carryOut(id, submission, endings, {
        ...{ workshop, clock, store, rules, onBug },
        onState: onRunning,
        note: (text) => live.remark(text),
        onProgress: (event) => {
          live.progress(event);
          onProgress(event);
        },
      }),
  });
  const { formatPlan } = deps;
  return {
    version,
    workshop,
    clock,
    store,
    dispatcher,
    live,
    metrics,
    audit,
    rules,
    formatPlan,
    warn,
  };
}

/** What a server that was killed left running, and its run that is stored as if it went on. */
function tidyUp(workshop: Workshop, { endings, note, warn }: Assembling): void {
  const request = { runId: null, force: false, dryRun: false, signal: endings.stop };
  workshop.clean({ ...request, runtimes: outerRuntimes }).then(
    ({ removed, notes }) => {
      for (const text of notes) note(text);
      if (removed.length > 0) note(`removed ${removed.length} objects of a run that was cut`);
    },
    (error: unknown) => warn(error instanceof Error ? error.message : String(error)),
  );
}

async function listen(server: Server, { bind, port }: ServeOptions): Promise<void> {
  try {
    server.listen({ host: bind, port });
    await once(server, 'listening');
  } catch (cause) {
    const code = errorCodeOf(cause);
    const why = code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`;
    throw new TestbedError('PORT_IN_USE', `Port ${port} of ${bind} ${why}.`, {
      hint: 'Name another: testbed serve --port 8081. Who has it: ss -ltnp',
      cause,
    });
  }
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return 'http://localhost';
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
