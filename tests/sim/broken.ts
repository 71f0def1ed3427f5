/** Something that an honest node must never do, seen from outside. */
export class RuleBroken extends Error {
  override readonly name = 'RuleBroken';
}

/** Two honest nodes committed different logs: the one thing that must never happen. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}
