import type { CellFinding } from '../model/finding.ts';
import { wordCell } from '../model/word-cell.ts';
import { formatThreeDigits } from './format-value.ts';

/** Of more cells the first are told; every one is in the files. */
const cellsMax = 6;

/**
 * The least commit latency beside what was measured: `n = 16: 301 ms, p50 is 1.37 times that`.
 * Null where no cell has one above 0.
 */
export function describeFloors(cells: readonly CellFinding[]): string | null {
  const own = cells.filter(({ latencyFloor }) => (latencyFloor?.medianMs ?? 0) > 0);
  if (own.length === 0) return null;
  const texts = own.slice(0, cellsMax).map((cell) => {
    const { medianMs = 0, ratio = null } = cell.latencyFloor ?? {};
    const times = ratio === null ? '' : `, p50 is ${ratio.toFixed(2)} times that`;
    return `${wordCell(cell)}: ${formatThreeDigits(medianMs)} ms${times}`;
  });
  const rest = own.length - texts.length;
  const more = rest > 0 ? `; ${rest} more in the files` : '';
  return `Floor of commit latency, the least that protocol, topology and delays allow: ${texts.join('; ')}${more}.`;
}
