import { removeLeftovers } from '../conduct/remove-leftovers.ts';
import { wrapText } from '../lib/wrap-text.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { CommandContext } from './command.ts';
import type { Output } from './output.ts';

/** Before anything of ours is started; what was met is told on stderr. */
export function removeLeftoversHere(
  runtime: Runtime,
  { environment, wiring, interrupts, output }: CommandContext,
): Promise<void> {
  const { clock } = environment;
  const signal = interrupts.stop;
  return removeLeftovers(runtime, { workshop: wiring, clock, signal, note: noteWrapped(output) });
}

/** Remarks broken to the terminal. */
export function noteWrapped({ note, columns }: Output): (text: string) => void {
  return (text) => note(wrapText(text, columns, '  '));
}
