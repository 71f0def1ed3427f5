import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import {
  type CpuTicks,
  type PressureTotals,
  type ProcessTicks,
  parseCpuTicks,
  parseMemoryAvailable,
  parsePressure,
  parseProcessTicks,
  parseSwapInPages,
} from './proc.ts';

/**
 * Adapter: opens the files of /proc. Synchronous on purpose: these files are made by the kernel
 * while they are read and never wait for a disk, and reading one costs 5 us on a quiet and 18 us on
 * a busy host, where the thread pool would cost several times that.
 */
export interface ProcFiles {
  cpuTicks(): CpuTicks | undefined;
  memoryAvailableBytes(): number | undefined;
  swapInPages(): number | undefined;
  pressure(resource: 'cpu' | 'memory' | 'io'): PressureTotals | undefined;
  /**
   * Every process that lives; those that end during the pass are left out.
   * @param reusable gives the row of a process whose file need not be read this time
   */
  processes(reusable: (pid: number) => ProcessTicks | undefined): readonly ProcessTicks[];
}

const STAT_BYTES_MAX = 4096;

/** @param root where proc is mounted, `/proc` */
export function openProcFiles(root: string): ProcFiles {
  const buffer = Buffer.allocUnsafe(STAT_BYTES_MAX);
  return {
    cpuTicks: () => parseFile(`${root}/stat`, parseCpuTicks),
    memoryAvailableBytes: () => parseFile(`${root}/meminfo`, parseMemoryAvailable),
    swapInPages: () => parseFile(`${root}/vmstat`, parseSwapInPages),
    // Without CONFIG_PSI the file is missing; with `psi=0` reading it fails.
    pressure: (resource) => parseFile(`${root}/pressure/${resource}`, parsePressure),
    processes(reusable) {
      const table: ProcessTicks[] = [];
      for (const name of readdirSync(root)) {
        const first = name.charCodeAt(0);
        if (first < 49 || first > 57) continue; // not a pid
        const process = reusable(Number(name)) ?? readProcess(`${root}/${name}/stat`, buffer);
        if (process !== undefined) table.push(process);
      }
      return table;
    },
  };
}

function parseFile<T>(path: string, parse: (text: string) => T | undefined): T | undefined {
  try {
    return parse(readFileSync(path, 'latin1'));
  } catch {
    return undefined; // a source that this kernel does not offer; the caller says so
  }
}

function readProcess(path: string, buffer: Buffer): ProcessTicks | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined; // ended since the folder was listed
  }
  try {
    const sizeBytes = readSync(file, buffer, 0, STAT_BYTES_MAX, 0);
    return parseProcessTicks(buffer.toString('latin1', 0, sizeBytes));
  } catch {
    return undefined; // ended between open and read (ESRCH)
  } finally {
    closeSync(file);
  }
}
