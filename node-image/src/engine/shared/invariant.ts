/** Something that must never happen did: the engine that threw this is dead. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/** Throws; call it as `if (!condition) violated(...)` so that texts cost nothing when all is well. */
export function violated(what: string): never {
  throw new InvariantViolation(`Broken invariant: ${what}`);
}

/** Ends a `switch` over a union, so that a new member fails to compile. */
export function assertNever(value: never): never {
  return violated(`unexpected ${JSON.stringify(value)}`);
}
