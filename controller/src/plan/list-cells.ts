const shownMax = 6;

/** `n4-lan, n4-wan and 12 more`: names of cells in a sentence that stays one. */
export function listCells(ids: readonly string[]): string {
  const shown = ids.slice(0, shownMax).join(', ');
  return ids.length > shownMax ? `${shown} and ${ids.length - shownMax} more` : shown;
}
