/** What `doctor` looks at. Every reading is null where this machine does not tell. */
export interface Probe {
  readonly nodeVersion: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryBytes: number;

  /** A kernel setting by its dotted name, if it is a number. */
  sysctl(name: string): Promise<number | null>;
  /** Soft limit of open files of this process; Infinity if there is none. */
  openFilesMax(): Promise<number | null>;
  /** How busy the host is while we do nothing, over `durationMs`. */
  load(durationMs: number, options: { readonly signal: AbortSignal }): Promise<HostLoad | null>;
  /** Free bytes for this user on the file system that holds `path` or its nearest parent. */
  freeBytes(path: string): Promise<number | null>;
  /** Creates the folder and writes a file in it. @returns null if that worked, else why not */
  tryWriting(folder: string): Promise<string | null>;
  /** @throws TestbedError DOCKER_* */
  docker(options: { readonly signal: AbortSignal }): Promise<DockerReadings>;
}

export interface HostLoad {
  /** 0-1 of all cores, somebody else's work. */
  readonly cpuForeignRatio: number;
  /** The same of this process, the container engine and the services of the testbed. */
  readonly cpuOwnRatio: number;
  /** Names of those that run here: `postgres`, `grafana`. */
  readonly services: readonly string[];
  readonly memoryAvailableBytes: number;
  readonly swapInPages: number;
  /** Sources that this kernel does not offer. */
  readonly unavailable: readonly string[];
}

export interface DockerReadings {
  readonly address: string;
  readonly engineVersion: string;
  readonly apiVersion: string;
  readonly cgroupVersion: 1 | 2 | null;
  /** False for what the daemon's kernel cannot limit. */
  readonly limits: { readonly cpu: boolean; readonly memory: boolean; readonly pids: boolean };
  /** The daemon runs without root. */
  readonly rootless: boolean;
  /** `systemd`, `cgroupfs`, or `none`: then nothing can be limited. */
  readonly cgroupDriver: string | null;
  /** Where images and containers are kept, if that is on this machine. */
  readonly storageFolder: string | null;
}
