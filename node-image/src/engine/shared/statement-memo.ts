/** Rounds remembered; consensus only ever looks a few rounds back. */
const roundsMax = 128;
/** Distinct statements per member and round: an honest member makes one or two. */
const statementsPerMemberMax = 3;

/**
 * Remembers which signed statements were proven, with the proof: (round, member, subject) ->
 * signature. Bounded: rounds * members * 3, the oldest round is forgotten first.
 */
export class StatementMemo<Subject> {
  readonly #committeeSize: number;
  readonly #rounds = new Map<number, (Map<Subject, Uint8Array> | undefined)[]>();

  constructor(committeeSize: number) {
    this.#committeeSize = committeeSize;
  }

  recall(round: number, member: number, subject: Subject): Uint8Array | undefined {
    return this.#rounds.get(round)?.[member]?.get(subject);
  }

  remember(round: number, member: number, subject: Subject, signature: Uint8Array): void {
    let members = this.#rounds.get(round);
    if (members === undefined) {
      members = new Array(this.#committeeSize);
      this.#rounds.set(round, members);
      this.#forgetOldest();
    }
    const statements = members[member] ?? new Map<Subject, Uint8Array>();
    if (statements.size >= statementsPerMemberMax) return;
    members[member] = statements.set(subject, signature);
  }

  #forgetOldest(): void {
    if (this.#rounds.size <= roundsMax) return;
    for (const oldest of this.#rounds.keys()) {
      this.#rounds.delete(oldest);
      return;
    }
  }
}
