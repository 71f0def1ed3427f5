import {
  CONTRACT_VERSION,
  type Configure,
  type Identity,
  type LoadStart,
  type LoadStatus,
  type LogDigests,
  type NodeResults,
  type NodeState,
  type Probe,
  type ProbeResult,
  type RateProbe,
  type RateProbeResult,
  type Readiness,
  type Shaping,
  type ShapingApplied,
  type ShapingStatus,
} from '../contract/index.ts';
import type { Commit } from '../engine/seam/engine.ts';
import { type BehaviourDesk, createBehaviourDesk } from './behaviour-desk.ts';
import { CAPABILITIES } from './capabilities.ts';
import { type CommitLog, createCommitLog } from './commit-log.ts';
import {
  findConfigurationFault,
  findParameterFault,
  findResumeFault,
} from './configuration-faults.ts';
import { type Consensus, createConsensus } from './consensus.ts';
import { ProblemError } from './control/problem.ts';
import { createEngineDesk, type EngineDesk, protocolsOf } from './engine-desk.ts';
import type { NodeSettings } from './environment.ts';
import { createEvidenceLog } from './evidence-log.ts';
import { createKeyDesk, type KeyDesk } from './key-desk.ts';
import { createLinkDesk, type LinkDesk } from './link-desk.ts';
import { createLoadDesk, type LoadDesk } from './load-desk.ts';
import { gatherFigures } from './metrics/gather-figures.ts';
import type { NodeFigures } from './metrics/node-figures.ts';
import type { NodeMetrics } from './metrics/node-metrics.ts';
import type { NodeShellDependencies } from './node-dependencies.ts';
import { createPeerReports, type PeerReports } from './peer-reports.ts';
import type { Host } from './transport/link-stream.ts';
import type { LinkEvent } from './transport/mesh.ts';

/**
 * The life of a node: waiting -> connecting -> ready -> running -> stopped, or failed. A method
 * that does not fit the state throws ProblemError WRONG_STATE and changes nothing.
 */
export class NodeShell {
  readonly engineDesk: EngineDesk;
  readonly keyDesk: KeyDesk;
  readonly behaviourDesk: BehaviourDesk;
  readonly evidence = createEvidenceLog();
  readonly #settings: NodeSettings;
  readonly #dependencies: NodeShellDependencies;
  readonly #loadDesk: LoadDesk;
  readonly #linkDesk: LinkDesk;
  readonly #commits: CommitLog = createCommitLog();
  readonly #reports: PeerReports;
  #state: NodeState = 'waiting';
  #failure: string | null = null;
  #host: Promise<Host> | null = null;
  #consensus: Consensus | null = null;
  #leaving: Promise<void> | null = null;
  #metrics: Promise<NodeMetrics> | null = null;
  #readyMetrics: NodeMetrics | null = null;
  #safetyViolations = 0;

  constructor(settings: NodeSettings, dependencies: NodeShellDependencies) {
    this.#settings = settings;
    this.#dependencies = dependencies;
    this.#reports = createPeerReports(dependencies.log);
    this.#loadDesk = createLoadDesk({
      nodeIndex: settings.nodeIndex,
      clock: dependencies.clock,
      look: () => this.figures(),
      submit: (transactions) => this.#consensus?.driver.submit(transactions),
      nextLoadNumber: dependencies.state.nextLoadNumber,
      ...(dependencies.process === undefined ? {} : { process: dependencies.process }),
      onCommitLatency: (elapsedMs) =>
        this.#readyMetrics?.commitLatency.observe(Math.max(0, elapsedMs) / 1_000),
    });
    this.engineDesk = createEngineDesk({
      clock: dependencies.clock,
      driver: () => this.#consensus?.driver ?? null,
    });
    this.keyDesk =
      dependencies.keyDesk ??
      createKeyDesk({
        nodeIndex: settings.nodeIndex,
        transportSeed: dependencies.state.seed,
        consensusSeed: dependencies.state.consensusSeed,
        nowMs: dependencies.clock.nowMs,
      });
    this.behaviourDesk = createBehaviourDesk({
      wallMs: dependencies.clock.wallMs,
      nudge: () => this.#consensus?.driver.nudge(),
    });
    this.#linkDesk = createLinkDesk({
      nodeIndex: settings.nodeIndex,
      shaper: dependencies.shaper,
      wallMs: dependencies.clock.wallMs,
      mesh: () => this.#consensus?.mesh ?? null,
    });
  }

  get hasFailed(): boolean {
    return this.#state === 'failed';
  }

  /**
   * Opens the data port and loads what is not needed to answer first requests. A node that was
   * configured before goes on where it was, unless its configuration wants it to be asked first.
   */
  async boot(): Promise<void> {
    const { state, openHost, log } = this.#dependencies;
    this.#host = openHost();
    await this.#host;
    await this.#loadMetrics();
    const { configuration } = state;
    if (configuration === null) return;
    const { chainId, resume } = configuration;
    log.info('restored', { chainId, resume, started: state.wasStarted });
    // It may have been told to go on, or to end, while it was loading.
    if (resume === 'at-once' && this.#state === 'waiting') await this.#goOn(configuration);
  }

  async identity(): Promise<Identity> {
    const host = await this.#openedHost();
    return {
      contractVersion: CONTRACT_VERSION,
      runId: this.#settings.runId,
      nodeIndex: this.#settings.nodeIndex,
      peerId: host.peerId,
      publicKeyHex: this.keyDesk.publicKeyHex,
      dataAddress: host.dataAddress,
      software: this.#dependencies.software,
      ...protocolsOf(this.#dependencies.state.configuration),
      capabilities: [...CAPABILITIES],
    };
  }

  readiness(): Readiness {
    const mesh = this.#consensus?.mesh;
    return {
      state: this.#state,
      linksPlanned: mesh?.linksPlanned ?? 0,
      linksUp: mesh?.linksUp ?? 0,
      missing: mesh?.missing() ?? [],
      peers: mesh?.peers() ?? [],
      failure: this.#failure,
    };
  }

  async configure(configuration: Configure): Promise<void> {
    this.#require('waiting');
    const host = await this.#openedHost();
    this.#require('waiting');
    const self = {
      index: this.#settings.nodeIndex,
      peerId: host.peerId,
      publicKeyHex: this.keyDesk.publicKeyHex,
    };
    const fault = findConfigurationFault(configuration, self) ?? findParameterFault(configuration);
    if (fault !== null) throw new ProblemError(400, 'BAD_REQUEST', `${fault}.`);
    const { state } = this.#dependencies;
    const stored = state.configuration;
    const resumeFault = stored === null ? null : findResumeFault(configuration, stored);
    if (resumeFault !== null) throw new ProblemError(409, 'OTHER_CHAIN', resumeFault);
    await this.#goOn(configuration);
    state.saveConfiguration(configuration);
  }

  start(): void {
    this.#require('ready');
    this.#begin();
  }

  shape(shaping: Shaping): ShapingApplied {
    return this.#linkDesk.shape(shaping);
  }

  shapingStatus(): ShapingStatus {
    return this.#dependencies.shaper.status();
  }

  probe(order: Probe): Promise<ProbeResult> {
    this.#require('ready', 'running');
    return this.#linkDesk.probe(order);
  }

  probeRate(order: RateProbe): Promise<RateProbeResult> {
    this.#require('ready', 'running');
    return this.#linkDesk.probeRate(order);
  }

  async loadStart(order: LoadStart): Promise<void> {
    this.#require('running');
    await this.#loadDesk.start(order);
    this.#dependencies.onLoad();
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
    const metrics = await this.#loadMetrics();
    return { text: await metrics.page(), contentType: metrics.contentType };
  }

  requestShutdown(): void {
    this.#dependencies.onShutdownRequest();
  }

  /** Ends taking part for good; the control API stays open so that what is known can be read. */
  fail(reason: string, error: unknown): void {
    if (this.#state === 'failed' || this.#state === 'stopped') return;
    this.#state = 'failed';
    this.#failure = reason;
    this.#consensus?.driver.stop();
    const stack = error instanceof Error ? error.stack : undefined;
    this.#dependencies.log.error('failed', { reason, stack });
  }

  /** Takes part in nothing any more and closes links and data port. What is known can be read. */
  leave(): Promise<void> {
    this.#leaving ??= this.#leaveNetwork();
    return this.#leaving;
  }

  async close(): Promise<void> {
    await this.leave();
    this.#dependencies.state.close();
  }

  async #leaveNetwork(): Promise<void> {
    if (this.#state !== 'failed') this.#state = 'stopped';
    this.#loadDesk.stop();
    this.#consensus?.driver.stop();
    this.#consensus?.overlay?.close();
    this.#consensus?.mesh.close();
    const host = await this.#host?.catch(() => null);
    await host?.close();
  }

  /** Dials its links, and takes part again without waiting for them if it had been started. */
  async #goOn(configuration: Configure): Promise<void> {
    await this.#connect(configuration);
    const { state } = this.#dependencies;
    if (state.wasStarted) this.#run();
    else if (configuration.isUnderWay === true) this.#begin();
  }

  async #connect(configuration: Configure): Promise<void> {
    const { state, clock, random, memory, log, shaper } = this.#dependencies;
    const host = await this.#openedHost();
    try {
      const crypto = await this.keyDesk.consensusCrypto(configuration);
      // Two may have waited for the port: the stored configuration and a request, or two requests.
      this.#require('waiting');
      shaper.setMembers(configuration.committee.map(({ peerId }) => peerId));
      this.#consensus = createConsensus(this.#settings.nodeIndex, configuration, {
        host,
        crypto,
        transportCrypto: () => this.keyDesk.transportCrypto(configuration),
        state,
        clock,
        engineClock: this.engineDesk.engineClock,
        wrap: this.behaviourDesk.wrap,
        random,
        memory,
        onCommit: (commit, nowMs) => this.#onCommit(commit, nowMs),
        onReject: (transactions) => this.#loadDesk.onReject(transactions),
        onEvidence: (evidence) => {
          if (this.evidence.add(evidence)) log.warn('evidence', { evidence });
        },
        onMalformed: this.#reports.malformed,
        onFailure: (error) => this.#onEngineFailure(error),
        onLink: (event) => this.#onLink(event),
      });
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new ProblemError(400, 'BAD_REQUEST', why);
    }
    this.#state = 'connecting';
    this.#consensus.mesh.open();
    this.#noteIfReady();
    log.info('configured', { committee: configuration.committee.length });
  }

  #begin(): void {
    this.#dependencies.state.saveStarted();
    this.#run();
  }

  #run(): void {
    this.#state = 'running';
    this.#dependencies.log.info('running');
    this.#consensus?.driver.start();
  }

  #onLink({ peerIndex, isUp, reason }: LinkEvent): void {
    if (isUp) {
      this.#reports.linkUp(peerIndex);
      this.#noteIfReady();
    } else this.#reports.linkDown(peerIndex, reason);
  }

  #noteIfReady(): void {
    if (this.#state !== 'connecting' || this.#consensus?.mesh.missing().length !== 0) return;
    this.#state = 'ready';
    this.#dependencies.log.info('ready');
  }

  #onCommit(commit: Commit, nowMs: number): void {
    this.#commits.append(commit.height, commit.digestHex);
    const timed = this.engineDesk.inTrueTime(commit);
    this.#loadDesk.onCommit(timed, nowMs);
    if (timed.block.author === this.#settings.nodeIndex) {
      const elapsedMs = Math.max(0, nowMs - timed.block.createdUnixMs);
      this.#readyMetrics?.blockLatency.observe(elapsedMs / 1_000);
    }
  }

  #onEngineFailure(error: unknown): void {
    if (error instanceof Error && error.name === 'InvariantViolation') this.#safetyViolations += 1;
    this.fail(error instanceof Error ? error.message : String(error), error);
  }

  /** All that it counts, at this moment. */
  figures(): NodeFigures {
    return gatherFigures({
      consensus: this.#consensus,
      reports: this.#reports,
      keyDesk: this.keyDesk,
      loadDesk: this.#loadDesk,
      behaviourDesk: this.behaviourDesk,
      evidence: this.evidence,
      safetyViolations: this.#safetyViolations,
      shaper: this.#dependencies.shaper,
      container: this.#dependencies.readContainer(),
    });
  }

  async #loadMetrics(): Promise<NodeMetrics> {
    this.#metrics ??= import('./metrics/node-metrics.ts').then(({ createNodeMetrics }) =>
      createNodeMetrics(this.#dependencies, () => this.figures()),
    );
    this.#readyMetrics = await this.#metrics;
    return this.#readyMetrics;
  }

  async #openedHost(): Promise<Host> {
    if (this.#host === null) throw new Error('The node was asked before it was booted.');
    return this.#host;
  }

  #require(...states: readonly NodeState[]): void {
    if (states.includes(this.#state)) return;
    const message = `The node is ${this.#state}; this needs it to be ${states.join(' or ')}.`;
    throw new ProblemError(409, 'WRONG_STATE', message);
  }
}
