/** @returns the offset of a line and column (both from 1); the end of the text where it has no such line */
export function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  const start = before.reduce((sum, own) => sum + own.length + 1, 0);
  return Math.min(text.length, start + column - 1);
}
