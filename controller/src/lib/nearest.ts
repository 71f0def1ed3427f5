/**
 * The candidate a person most likely meant, or undefined if none is near. A candidate is near if
 * at most a third of the longer word (at least one letter) has to be changed, or if one is the
 * beginning of the other. Letter case and the difference between `-` and `_` do not count.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const typed = normalise(word);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const known = normalise(candidate);
    const distance = isBeginning(typed, known) ? 0.5 : editDistance(typed, known);
    const allowed = Math.max(1, Math.floor(Math.max(typed.length, known.length) / 3));
    if (distance > allowed) continue;
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate;
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): the least number of insertions,
 * deletions, substitutions and swaps of neighbours. Words longer than 64 count by their first 64.
 */
export function editDistance(first: string, second: string): number {
  const a = first.slice(0, 64);
  const b = second.slice(0, 64);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, at(beforeLast, j - 2) + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

function normalise(word: string): string {
  return word.toLowerCase().replaceAll('_', '-');
}

function isBeginning(a: string, b: string): boolean {
  return a.length >= 3 && b.length >= 3 && (a.startsWith(b) || b.startsWith(a));
}
