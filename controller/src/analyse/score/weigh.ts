/** Scores of parts put together, weights of the unknown ones shared among the others. */

export interface Part {
  readonly name: string;
  readonly weight: number;
  /** 0-1; null: not known. */
  readonly value: number | null;
}

export function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Weighted geometric mean, 0-1: one part at 0 makes all of it 0. Null if nothing is known. */
export function geometricScore(parts: readonly Part[]): number | null {
  const known = parts.filter(isKnown);
  const weight = known.reduce((sum, part) => sum + part.weight, 0);
  if (weight === 0) return null;
  return known.reduce((product, part) => product * part.value ** (part.weight / weight), 1);
}

/** Weighted mean, 0-1. Null if nothing is known. */
export function meanScore(parts: readonly Part[]): number | null {
  const known = parts.filter(isKnown);
  const weight = known.reduce((sum, part) => sum + part.weight, 0);
  if (weight === 0) return null;
  return known.reduce((sum, part) => sum + part.value * part.weight, 0) / weight;
}

/** Name of the lowest known part; null if all are 1. */
export function weakestPart(parts: readonly Part[]): string | null {
  const known = parts.filter(isKnown);
  const [first] = known;
  if (first === undefined) return null;
  const lowest = known.reduce((a, b) => (b.value < a.value ? b : a), first);
  return lowest.value < 1 ? lowest.name : null;
}

export function bandOf(score: number): 'high' | 'medium' | 'low' | 'unreliable' {
  if (score >= 80) return 'high';
  if (score >= 60) return 'medium';
  return score >= 40 ? 'low' : 'unreliable';
}

function isKnown(part: Part): part is Part & { readonly value: number } {
  return part.value !== null;
}
