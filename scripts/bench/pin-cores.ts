/** Runs a benchmark on two cores, whatever the machine has: its targets are stated for two. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

const CORES_MAX = 2;
const CORE_LIST = '0,1';

export type Pinning =
  /** `command` starts the same program on two cores. */
  | { readonly kind: 'again'; readonly command: readonly [string, ...string[]] }
  | { readonly kind: 'here'; readonly note: string };

/**
 * What to do, pure.
 * @param cores that this process may use; two after it was started again, so that this ends
 * @param canPin whether taskset is there and may use the first two cores
 * @param self the command line of this process
 */
export function planPinning(cores: number, canPin: boolean, self: readonly string[]): Pinning {
  if (cores <= CORES_MAX) return { kind: 'here', note: `cores: ${cores} usable` };
  if (canPin) return { kind: 'again', command: ['taskset', '-c', CORE_LIST, ...self] };
  const note = `cores: ${cores}, not ${CORES_MAX}: taskset is missing or refused to pin`;
  return { kind: 'here', note };
}

/** Says which cores are used; where there are more than two, starts again and does not return. */
export function useTwoCores(): void {
  const cores = availableParallelism();
  const canPin = cores > CORES_MAX && spawnSync('taskset', ['-c', CORE_LIST, 'true']).status === 0;
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const plan = planPinning(cores, canPin, self);
  if (plan.kind === 'here') {
    process.stdout.write(`${plan.note}\n`);
    return;
  }
  const [program, ...rest] = plan.command;
  process.stdout.write(`pinned: ${plan.command.slice(0, 3).join(' ')}, of ${cores} cores\n`);
  const { status } = spawnSync(program, rest, { stdio: 'inherit' });
  process.exit(status ?? 1);
}
