import type { Environment } from '../environment.ts';
import type { Output } from '../output.ts';
import { createPlainProgress } from './progress-plain.ts';
import { createTerminalProgress } from './progress-terminal.ts';
import type { ProgressView } from './progress-view.ts';

/** A live display if a person watches, lines otherwise; on stderr, so that stdout has the result. */
export function openProgress(
  { stderr, stdout, env, clock }: Pick<Environment, 'stderr' | 'stdout' | 'env' | 'clock'>,
  { json }: Output,
): ProgressView {
  const watched = stderr.isTerminal && stdout.isTerminal && !json && env.TERM !== 'dumb';
  if (watched && stderr.raw !== null) {
    return createTerminalProgress(stderr.raw, { clock, every });
  }
  return createPlainProgress((line) => stderr.write(`${line}\n`), { clock });
}

function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}
