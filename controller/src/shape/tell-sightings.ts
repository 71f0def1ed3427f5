import type { Sighting } from './shaper.ts';

/** What somebody else changed, and put back, in sentences with their times. Pure. */

/**
 * @param sightings in order of time
 * @param measureAt start of the measured window; null if it never came
 * @returns the sentences, and those of them that still held in the last sighting, without times
 */
export function tellSightings(
  sightings: readonly Sighting[],
  measureAt: Date | null,
): { readonly told: readonly string[]; readonly standing: ReadonlySet<string> } {
  const open = new Map<string, Date>();
  const told: string[] = [];
  const wordTime = (at: Date): string => time(at, measureAt);
  for (const { nodeIndex, at, differences, isComplete } of sightings) {
    const ours = [...open.keys()].filter((text) => isOf(nodeIndex, text));
    if (differences.length === 0 && ours.length === 0) {
      told.push(
        `Node ${nodeIndex}: somebody else changed its rules (${wordTime(at)}) in a way that does not show or was put back at once.`,
      );
    }
    for (const text of ours) {
      if (!isComplete || differences.includes(text)) continue;
      told.push(during(text, `from ${wordTime(open.get(text) ?? at)} to ${wordTime(at)}`));
      open.delete(text);
    }
    for (const text of differences) if (!open.has(text)) open.set(text, at);
  }
  for (const [text, from] of open) told.push(during(text, `since ${wordTime(from)}`));
  return { told: [...new Set(told)], standing: new Set(open.keys()) };
}

function isOf(nodeIndex: number, text: string): boolean {
  return new RegExp(`^Node ${nodeIndex}\\b`).test(text);
}

function during(text: string, when: string): string {
  return `${text.replace(/\.$/, '')} (${when}).`;
}

function time(at: Date, measureAt: Date | null): string {
  if (measureAt === null) return at.toISOString().slice(11, 19);
  const seconds = (at.getTime() - measureAt.getTime()) / 1000;
  const text = `${Math.abs(seconds).toFixed(1)} s`;
  return seconds < 0 ? `${text} before the window` : `${text} of the window`;
}
