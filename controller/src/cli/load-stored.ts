import { loadResult, type Result } from '../conduct/load-result.ts';
import type { CommandContext } from './command.ts';

/** The stored run that a person names; see conduct/load-result.ts. */
export function loadStored(
  text: string,
  { wiring, interrupts, output }: Pick<CommandContext, 'wiring' | 'interrupts' | 'output'>,
): Promise<Result> {
  return loadResult(text, { workshop: wiring, signal: interrupts.stop, note: output.note });
}
