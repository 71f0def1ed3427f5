/**
 * The node contract on behalf of a program that only orders transactions: life cycle, load,
 * histograms, results, digests and metrics are those of this repository's node.
 */
import {
  CONTRACT_VERSION,
  type Configure,
  type Identity,
  type LoadStart,
  type LoadStatus,
  type LogDigests,
  type NodeResults,
  type NodeState,
  type Readiness,
} from '../contract/index.ts';
import type { NodeClock } from '../shell/clock.ts';
import { createCommitLog } from '../shell/commit-log.ts';
import { findConfigurationFault } from '../shell/configuration-faults.ts';
import { ProblemError } from '../shell/control/problem.ts';
import type { BaseNode } from '../shell/control/routes.ts';
import type { NodeSettings } from '../shell/environment.ts';
import { createLoadDesk, type LoadDesk } from '../shell/load-desk.ts';
import type { Log } from '../shell/log.ts';
import { createNodeMetrics, type NodeMetrics } from '../shell/metrics/node-metrics.ts';
import { ownProcess } from '../shell/metrics/process-meter.ts';
import type { StateFolder } from '../shell/state/state-folder.ts';
import { createBlockChain } from './block-chain.ts';
import { createFigures } from './figures.ts';
import type { FromProgram } from './messages.ts';
import type { Program, ProgramListener } from './program.ts';
import { readUsage } from './program-usage.ts';

export interface SidecarDependencies {
  readonly software: string;
  readonly publicKeyHex: string;
  readonly state: StateFolder;
  readonly clock: NodeClock;
  readonly log: Log;
  readonly startProgram: (listener: ProgramListener) => Program;
  readonly onShutdownRequest: () => void;
  /** The program cannot go on: the process is to end with code 1. */
  readonly onFailure: (reason: string) => void;
}

export class Sidecar implements BaseNode {
  readonly #settings: NodeSettings;
  readonly #dependencies: SidecarDependencies;
  readonly #commits = createCommitLog();
  readonly #chain = createBlockChain();
  readonly #figures = createFigures();
  readonly #metrics: NodeMetrics;
  readonly #loadDesk: LoadDesk;
  readonly #program: Program;
  #state: NodeState = 'waiting';
  #failure: string | null = null;
  #configuration: Configure | null = null;
  #isReady = false;

  constructor(settings: NodeSettings, dependencies: SidecarDependencies) {
    this.#settings = settings;
    this.#dependencies = dependencies;
    const { clock, state, software } = dependencies;
    this.#loadDesk = createLoadDesk({
      nodeIndex: settings.nodeIndex,
      clock,
      look: () => this.#look(),
      submit: (transactions) => this.#submit(transactions),
      nextLoadNumber: state.nextLoadNumber,
      onCommitLatency: (elapsedMs) =>
        this.#metrics.commitLatency.observe(Math.max(0, elapsedMs) / 1_000),
      process: {
        ...ownProcess,
        cpuMicros: () => readUsage(this.#program.pid).cpuMicros,
        residentBytes: () => readUsage(this.#program.pid).residentBytes,
      },
    });
    this.#metrics = createNodeMetrics({ software }, () => this.#look());
    this.#program = dependencies.startProgram({
      onMessage: (message) => this.#onMessage(message),
      onFailure: (reason) => this.#fail(reason),
    });
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Goes on where a process before this one was. */
  boot(): void {
    const { configuration } = this.#dependencies.state;
    if (configuration !== null) this.#connect(configuration);
  }

  async identity(): Promise<Identity> {
    const { runId, nodeIndex } = this.#settings;
    const { publicKeyHex, software } = this.#dependencies;
    return {
      contractVersion: CONTRACT_VERSION,
      runId,
      nodeIndex,
      peerId: this.#peerId(),
      publicKeyHex,
      dataAddress: this.#dataAddress(),
      software,
      capabilities: ['leave', 'load'],
    };
  }

  readiness(): Readiness {
    const links = this.#configuration?.links ?? [];
    const linksUp = this.#isReady ? links.length : 0;
    return {
      state: this.#state,
      linksPlanned: links.length,
      linksUp,
      missing: this.#isReady ? [] : [...links],
      failure: this.#failure,
    };
  }

  async configure(configuration: Configure): Promise<void> {
    this.#require('waiting');
    const { publicKeyHex, state } = this.#dependencies;
    const self = { index: this.#settings.nodeIndex, peerId: this.#peerId(), publicKeyHex };
    const fault =
      findConfigurationFault(configuration, self) ??
      (configuration.signature && 'signature: this node has no schemes to choose from');
    if (fault) throw new ProblemError(400, 'BAD_REQUEST', `${fault}.`);
    state.saveConfiguration(configuration);
    this.#connect(configuration);
  }

  start(): void {
    this.#require('ready');
    this.#dependencies.state.saveStarted();
    this.#run();
  }

  async loadStart(order: LoadStart): Promise<void> {
    this.#require('running');
    await this.#loadDesk.start(order);
  }

  loadStop(): void {
    this.#require('running', 'failed');
    this.#loadDesk.stop();
  }

  loadStatus(): LoadStatus {
    return this.#loadDesk.status();
  }

  results(): NodeResults {
    return this.#loadDesk.results();
  }

  logDigests(): LogDigests {
    return this.#commits.report();
  }

  async metricsPage(): Promise<{ readonly text: string; readonly contentType: string }> {
    return { text: await this.#metrics.page(), contentType: this.#metrics.contentType };
  }

  requestShutdown(): void {
    this.#dependencies.onShutdownRequest();
  }

  async leave(): Promise<void> {
    if (this.#state !== 'failed') this.#state = 'stopped';
    this.#loadDesk.stop();
    await this.#program.end();
  }

  async close(): Promise<void> {
    await this.leave();
    this.#dependencies.state.close();
  }

  #connect(configuration: Configure): void {
    const { stateDir, nodeIndex } = this.#settings;
    this.#configuration = configuration;
    this.#state = 'connecting';
    this.#program.tell({
      type: 'configure',
      index: nodeIndex,
      listen: this.#dataAddress(),
      committee: configuration.committee.map(({ index, dataAddress }) => ({
        index,
        address: dataAddress,
      })),
      chainId: configuration.chainId,
      stateDir,
      engine: configuration.engine,
      parameters: configuration.node ?? {},
    });
    // Once started, it takes part again without waiting for its links.
    if (this.#dependencies.state.wasStarted) this.#run();
  }

  #run(): void {
    this.#state = 'running';
    this.#program.tell({ type: 'start' });
    this.#dependencies.log.info('running');
  }

  #submit(transactions: readonly Uint8Array[]): void {
    const texts = transactions.map((transaction) => Buffer.from(transaction).toString('base64'));
    this.#program.tell({ type: 'submit', transactions: texts });
  }

  #onMessage(message: FromProgram): void {
    switch (message.type) {
      case 'ready':
        this.#isReady = true;
        if (this.#state === 'connecting') this.#state = 'ready';
        return;
      case 'commit':
        this.#onCommit(message);
        return;
      case 'reject':
        this.#loadDesk.onReject(message.transactions.map(decode));
        return;
      case 'counters':
        this.#figures.report(message);
        return;
    }
  }

  #onCommit(message: Extract<FromProgram, { type: 'commit' }>): void {
    const nowMs = this.#dependencies.clock.nowMs();
    const transactions = message.transactions.map(decode);
    const { height, digestHex } = this.#chain(transactions);
    this.#commits.append(height, digestHex);
    const { proposer: author = -1, createdUnixMs } = message;
    const isOwn = author === this.#settings.nodeIndex;
    this.#figures.commit(transactions.length, isOwn);
    // Without its time a block has no latency.
    const block = {
      author: createdUnixMs === undefined ? -1 : author,
      createdUnixMs: createdUnixMs ?? 0,
    };
    this.#loadDesk.onCommit({ transactions, block }, nowMs);
    if (isOwn && createdUnixMs !== undefined) {
      this.#metrics.blockLatency.observe(Math.max(0, nowMs - createdUnixMs) / 1_000);
    }
  }

  #fail(reason: string): void {
    if (this.#state === 'failed' || this.#state === 'stopped') return;
    this.#state = 'failed';
    this.#failure = reason;
    this.#dependencies.onFailure(reason);
  }

  #look() {
    const { linksPlanned, linksUp } = this.readiness();
    const { submitted, rejected } = this.#loadDesk;
    return this.#figures.look({ linksPlanned, linksUp, submitted, rejected });
  }

  /** The program says who its peers are by their addresses: a name is all that is needed. */
  #peerId(): string {
    return `sidecar-${this.#dependencies.publicKeyHex.slice(0, 16)}`;
  }

  #dataAddress(): string {
    const { address, port } = this.#settings.data;
    return `${address.includes(':') ? `[${address}]` : address}:${port}`;
  }

  #require(...states: readonly NodeState[]): void {
    if (states.includes(this.#state)) return;
    const message = `The node is ${this.#state}; this needs it to be ${states.join(' or ')}.`;
    throw new ProblemError(409, 'WRONG_STATE', message);
  }
}

function decode(text: string): Uint8Array {
  return Buffer.from(text, 'base64');
}
