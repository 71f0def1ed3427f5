/** The one place where adapters are chosen: everything real that the verbs need done. */
import { join } from 'node:path';
import type { ExecuteRequest, StoreHandle } from '../conduct/ports.ts';
import { conform } from '../conform/conform.ts';
import { TestbedError } from '../errors/testbed-error.ts';
import { clean } from '../ledger/clean.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Clock } from '../lib/clock.ts';
import type { HostFacts } from '../model/record.ts';
import { chosenRuntime } from '../model/runtime-traits.ts';
import type { RuntimeKind } from '../model/scenario.ts';
import { type Canary, createCanary, hostFingerprint } from '../observe/canary.ts';
import { keepAllLogs } from '../run/keep-logs.ts';
import { collectProvenance } from '../run/provenance.ts';
import { createRunFolder } from '../run/run-folder.ts';
import { type PlanOutcome, runPlan } from '../run/run-plan.ts';
import { verifyPlan } from '../run/verify-plan.ts';
import { createDockerRuntime } from '../runtime/docker/docker-runtime.ts';
import { describeServices, watchOwnServices } from '../runtime/docker/own-services.ts';
import { identifyOwner, type Owner } from '../runtime/owner.ts';
import { createProcessRuntime } from '../runtime/process/process-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { createSimRuntime } from '../runtime/sim/sim-runtime.ts';
import { stopForsakenServer } from '../store/embedded/embedded-source.ts';
import { openDatabaseForPeople } from '../store/embedded/open-for-people.ts';
import { placeServer } from '../store/embedded/placement.ts';
import { readLockPid } from '../store/embedded/start-server.ts';
import { openStore } from '../store/open-store.ts';
import type { OpenedStore } from '../store/store.ts';
import { createDeadRunCloser } from './close-dead-runs.ts';
import { dataFolderOf } from './data-folder.ts';
import { createSystemProbe } from './doctor/system-probe.ts';
import type { Environment } from './environment.ts';
import type { Conformity, ConformNodeRequest, Wiring } from './ports.ts';

export function createWiring(environment: Environment): Wiring {
  const { env, clock, homeFolder, packageFolder } = environment;
  const dataFolder = dataFolderOf(environment);
  const databaseUrl = env.DATABASE_URL;
  const owner = identifyOwner();
  const docker = { environment: env, homeFolder };
  const adapters: Readonly<Record<RuntimeKind, () => Runtime>> = {
    docker: () => {
      const publicHost = env.TESTBED_DOCKER_HOST_ADDRESS;
      return createDockerRuntime({ ...docker, owner, publicHost }, { clock });
    },
    process: () => {
      const bundlePath = join(packageFolder, 'dist', 'node', 'main.mjs');
      const { cwd } = environment;
      return createProcessRuntime({ bundlePath, dataFolder, owner, cwd }, { clock });
    },
    sim: () => {
      const bundlePath = join(packageFolder, 'dist', 'node', 'simulation.mjs');
      const realMs = clock.monotonicMs;
      return createSimRuntime({ bundlePath, dataFolder, startedAt: clock.now(), realMs });
    },
  };
  const openRuntime: Wiring['openRuntime'] = async (choice) => adapters[chosenRuntime(choice)]();
  return {
    dataFolder,
    openRuntime,
    probe: createSystemProbe({ ...docker, clock }),
    openStore: async ({ signal, onWarning }): Promise<StoreHandle> => {
      const store = await openStore({ databaseUrl, dataFolder }, { clock, signal, onWarning });
      return { store, ownPids: await findServer(dataFolder, databaseUrl) };
    },
    openDatabase: ({ onWarning }) =>
      openDatabaseForPeople({ databaseUrl, dataFolder }, { clock, onWarning }),
    execute: (request) => execute(request, environment, dataFolder),
    verify: async ({ runtime, onProgress, interrupts, ...request }) => {
      await createRunFolder(dataFolder, request.runId);
      await using ledger = await openLedger({
        dataFolder,
        runId: request.runId,
        owner,
        openedAt: clock.now(),
      });
      const { stop, kill } = interrupts;
      return await verifyPlan(request, {
        runtime,
        ledger,
        clock: runtime.clock ?? clock,
        stop,
        kill,
        onProgress,
      });
    },
    conform: (request) => conformNode(request, { clock, dataFolder, owner }),
    clean: async ({ runtimes, ...request }) => {
      const opened = await Promise.all(runtimes.map((kind) => openRuntime(kind)));
      const warnings: string[] = [];
      const onWarning = (text: string): void => void warnings.push(text);
      const { signal } = request;
      const deadRuns = createDeadRunCloser(
        () => openStore({ databaseUrl, dataFolder }, { clock, signal, onWarning }),
        () => clock.now(),
      );
      const work = { runtimes: opened, closeRun: deadRuns.close };
      const outcome = await clean({ ...request, dataFolder }, work).finally(async () => {
        await deadRuns.end();
        await Promise.all(opened.map((runtime) => runtime.close()));
      });
      if (request.dryRun !== true) await stopServer(dataFolder, { clock, onWarning });
      return { ...outcome, notes: [...outcome.notes, ...warnings] };
    },
  };
}

async function conformNode(
  { runtime, interrupts, keepLogs, ...request }: ConformNodeRequest,
  { clock, dataFolder, owner }: { clock: Clock; dataFolder: string; owner: Owner },
): Promise<Conformity> {
  const { runId } = request;
  const folder = await createRunFolder(dataFolder, runId);
  await using ledger = await openLedger({ dataFolder, runId, owner, openedAt: clock.now() });
  const signal = AbortSignal.any([interrupts.stop, interrupts.kill]);
  let isKept = false;
  const checks = await conform(
    { ...request, onCheck: () => undefined },
    {
      runtime,
      ledger,
      clock: runtime.clock ?? clock,
      signal,
      keepLogs: async (network, hasFailed) => {
        if (!keepLogs && !hasFailed) return;
        await keepAllLogs(network, folder, `n${network.nodes.length}`);
        isKept = true;
      },
    },
  );
  return { checks, logsPath: isKept ? folder.logsPath : null };
}

async function execute(
  request: ExecuteRequest,
  environment: Environment,
  dataFolder: string,
): Promise<PlanOutcome> {
  const { clock, version, argv, env, homeFolder } = environment;
  const { runId, images, hosts, interrupts, database, onProgress, runtime, ...rest } = request;
  const { store, ownPids } = database;
  const folder = await createRunFolder(dataFolder, runId);
  const owner = identifyOwner();
  await using ledger = await openLedger({ dataFolder, runId, owner, openedAt: clock.now() });
  const provenance = await collectProvenance({
    testbedVersion: version,
    images: [...images.values()],
    commandLine: request.commandLine ?? ['testbed', ...argv].join(' '),
  });
  await using own = await watchOwnServices({ environment: env, homeFolder }, { clock });
  const told = describeServices(own.services());
  const canary = runtime.clock === undefined ? createCanaryOf(hosts, { dataFolder, clock }) : null;
  // Awaited here: the ledger is closed when this function ends.
  return await runPlan(
    {
      ...rest,
      ...{ runId, images, hosts, provenance, folder },
      warnings: [...rest.warnings, ...(told === null ? [] : [told])],
      ownPids: {
        *[Symbol.iterator]() {
          yield* ownPids;
          for (const { pid } of own.services()) yield pid;
        },
      },
    },
    {
      runtime,
      ledger,
      clock: runtime.clock ?? clock,
      store,
      stop: interrupts.stop,
      kill: interrupts.kill,
      takeCanary: () => takeCanary(canary, interrupts.kill),
      onProgress: (event) => {
        keepStoreQuiet(store, event.kind === 'phase-started' ? event.phase : null);
        onProgress(event);
      },
    },
  );
}

/** It sings where the controller runs: null if no node does. */
function createCanaryOf(
  hosts: readonly HostFacts[],
  { dataFolder, clock }: { readonly dataFolder: string; readonly clock: Clock },
): Canary | null {
  const here = hosts.find(({ local }) => local);
  if (here === undefined) return null;
  const fingerprint = hostFingerprint(here, process.version);
  return createCanary({ dataFolder, fingerprint }, { clock });
}

/** @returns null where there is none, and when everything is to end at once */
async function takeCanary(canary: Canary | null, kill: AbortSignal): Promise<number | null> {
  if (canary === null || kill.aborted) return null;
  try {
    return (await canary.sing({ signal: kill })).ratio;
  } catch (error) {
    if (kill.aborted) return null;
    throw error;
  }
}

/** A measured window is left in peace: records that wait for the database wait a little longer. */
function keepStoreQuiet(store: OpenedStore, phase: string | null): void {
  if (phase !== null) store.setQuiet(phase === 'warmup' || phase === 'measure');
}

/** What a killed controller left running; that it cannot be stopped is worth a word, no more. */
async function stopServer(
  dataFolder: string,
  dependencies: Parameters<typeof stopForsakenServer>[1],
): Promise<void> {
  try {
    await stopForsakenServer(dataFolder, dependencies);
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    dependencies.onWarning(`The database may have been left running: ${error.message}`);
  }
}

/** Process id of the database of our own, if that is what is used and it runs. */
async function findServer(dataFolder: string, databaseUrl: string | undefined): Promise<number[]> {
  if (databaseUrl !== undefined && databaseUrl !== '') return [];
  const placement = await placeServer(dataFolder);
  const pid = await readLockPid(join(placement.dataFolder, 'postmaster.pid'));
  return pid === undefined ? [] : [pid];
}
