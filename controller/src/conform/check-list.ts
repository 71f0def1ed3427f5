/** What was checked of a node, one entry for each promise of docs/node-contract.md. */
import { messageOf } from '../lib/message-of.ts';

export type Outcome = 'pass' | 'fail' | 'not-applicable';

export interface Check {
  /** `GET /v1/identity`, or `process` for what is no request. */
  readonly request: string;
  /** What has to be so, as a phrase. */
  readonly what: string;
  readonly outcome: Outcome;
  /** JSON pointer into the reply, or the name of a metric; null where no field is at fault. */
  readonly field: string | null;
  /** Why it fails, or does not apply; null for what passes. */
  readonly found: string | null;
}

/** What is wrong; nothing else is said of what is right. */
export interface Fault {
  readonly field?: string;
  readonly text: string;
}

export interface CheckList {
  readonly checks: readonly Check[];
  /**
   * @param test what it throws is a fault too, unless the signal fired
   * @returns whether it passes
   * @throws NodeEnded after it was told
   */
  hold(request: string, what: string, test: () => Promise<Fault | null>): Promise<boolean>;
  skip(request: string, what: string, why: string): void;
}

/** A node is gone for good: told once, and nothing more is asked of its network. */
export class NodeEnded extends Error {}

/** @param signal from when it fires, nothing is tested any more: its reason is thrown */
export function createCheckList(signal: AbortSignal, onCheck: (check: Check) => void): CheckList {
  const checks: Check[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    onCheck(check);
  };
  return {
    checks,
    async hold(request, what, test) {
      signal.throwIfAborted();
      let ended: NodeEnded | null = null;
      const fault = await test().catch((error: unknown): Fault => {
        signal.throwIfAborted();
        if (error instanceof NodeEnded) ended = error;
        return { text: messageOf(error) };
      });
      const outcome = fault === null ? 'pass' : 'fail';
      add({ request, what, outcome, field: fault?.field ?? null, found: fault?.text ?? null });
      if (ended !== null) throw ended;
      return fault === null;
    },
    skip(request, what, why) {
      add({ request, what, outcome: 'not-applicable', field: null, found: why });
    },
  };
}
