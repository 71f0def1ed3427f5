/**
 * The few calls of the Docker Engine API that the testbed makes. Every call has a deadline of its
 * own and fails only with a TestbedError, or with the reason of the caller's signal. dockerode and
 * its types stay behind this interface.
 */
import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerState, DockerInfo } from './docker-replies.ts';
import type { Streams } from './split-streams.ts';
import type { Subnet } from './subnet.ts';

export interface CallOptions {
  readonly signal: AbortSignal;
}

export interface FoundContainer {
  readonly id: string;
  readonly name: string;
  /** `created`, `running`, `exited`, `dead`, `removing`, ... */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Ports of its own that are published, each with that of the host; none while it does not run. */
  readonly publishedPorts: Readonly<Record<number, number>>;
  /** Names of those it is to hang on, whether it runs or not. */
  readonly networks: readonly string[];
}

export interface FoundNetwork {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnets: readonly Subnet[];
  /** Of its driver: `com.docker.network.driver.mtu`, ... */
  readonly options: Readonly<Record<string, string>>;
}

/** A container on a network; `id` may be of one that is already gone. */
export interface FoundEndpoint {
  readonly id: string;
  readonly name: string;
}

export interface NetworkSpec {
  readonly name: string;
  readonly subnet: string;
  readonly gateway: string;
  readonly internal: boolean;
  /** Bytes; null = Docker's default. */
  readonly mtu: number | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** In the daemon's words; what is left out stays as it is. Memory and swap together, in bytes. */
export interface LimitUpdate {
  readonly NanoCpus?: number;
  readonly CpuPeriod?: number;
  readonly CpuQuota?: number;
  readonly Memory?: number;
  readonly MemorySwap?: number;
}

/** What the kernel counts for a container since its process started; null where it does not. */
export interface ContainerUsage {
  readonly cpuPeriods: number | null;
  readonly cpuPeriodsThrottled: number | null;
  /** Processor time of all of its processes. */
  readonly cpuMicros: number | null;
  /** Cores by the kernel's own quota; Infinity: no quota, null: not told. */
  readonly cpuQuotaCores: number | null;
  readonly memoryBytes: number | null;
  /** All memory of the host where there is no limit. */
  readonly memoryLimitBytes: number | null;
}

export interface ExecOutcome extends Streams {
  readonly exitCode: number;
}

export interface DockerEvent {
  /** `start`, `connect`, `disconnect`, ... */
  readonly action: string;
  /** Of the container that it happened to. */
  readonly containerId: string;
  readonly at: Date;
}

export interface DockerClient {
  readonly address: string;
  readonly engineVersion: string;
  /** The version that is spoken, at most the daemon's own. */
  readonly apiVersion: string;
  readonly info: DockerInfo;

  inspectImage(
    name: string,
    options: CallOptions,
  ): Promise<{ id: string; user: string; labels: Readonly<Record<string, string>> }>;
  listNetworks(labels: readonly string[], options: CallOptions): Promise<FoundNetwork[]>;
  createNetwork(spec: NetworkSpec, options: CallOptions): Promise<void>;
  /** What is attached to a network, running or not. */
  listEndpoints(network: string, options: CallOptions): Promise<FoundEndpoint[]>;
  connectNetwork(
    network: string,
    container: string,
    address: string | null,
    options: CallOptions,
  ): Promise<void>;
  disconnectNetwork(network: string, container: string, options: CallOptions): Promise<void>;
  removeNetwork(network: string, options: CallOptions): Promise<void>;
  createContainer(spec: ContainerCreateOptions, options: CallOptions): Promise<string>;
  startContainer(container: string, options: CallOptions): Promise<void>;
  inspectContainer(container: string, options: CallOptions): Promise<ContainerState>;
  /** Stopped ones too. @param labels `name` or `name=value`; all must match */
  listContainers(labels: readonly string[], options: CallOptions): Promise<FoundContainer[]>;
  /** Resolves when the signal is sent, unless it is one that ends the process at once. */
  signalContainer(container: string, signalName: string, options: CallOptions): Promise<void>;
  /** Freezes all of its processes. */
  pauseContainer(container: string, options: CallOptions): Promise<void>;
  unpauseContainer(container: string, options: CallOptions): Promise<void>;
  /** Other limits, while it runs or before its next start. */
  updateContainer(container: string, limits: LimitUpdate, options: CallOptions): Promise<void>;
  /** One look, without the second one that rates need. */
  readUsage(container: string, options: CallOptions): Promise<ContainerUsage>;
  /** A file or folder as a tar archive; also of a container that has ended. */
  readArchive(container: string, path: string, options: CallOptions): Promise<Buffer>;
  /** Unpacks it in a folder, with owners and modes as they are in it. */
  writeArchive(
    container: string,
    folder: string,
    archive: Buffer,
    options: CallOptions,
  ): Promise<void>;
  /** Asks it to end, kills it after `seconds`; resolves when it has ended. */
  stopContainer(container: string, seconds: number, options: CallOptions): Promise<void>;
  /** Kills it if it runs; its anonymous volumes go with it. */
  removeContainer(container: string, options: CallOptions): Promise<void>;
  readLogs(container: string, lines: number, options: CallOptions): Promise<string>;
  /** Runs a command in a running container, without a terminal and without input. */
  execute(
    container: string,
    command: readonly string[],
    options: CallOptions & { readonly timeoutMs: number },
  ): Promise<ExecOutcome>;
  /**
   * Events of containers and of their networks, from now on; resolves when the daemon has begun to
   * send them. Ends, or throws, when the connection does; the signal ends it.
   */
  watchEvents(
    actions: readonly string[],
    options: CallOptions,
  ): Promise<AsyncIterable<DockerEvent>>;
  close(): void;
}
