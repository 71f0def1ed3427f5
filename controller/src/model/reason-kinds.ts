/** What a reason is about: the sections of docs/verdicts.md, which a test holds against this. */

export type ReasonKind =
  | 'agreement'
  | 'nodes'
  | 'network'
  | 'timeline'
  | 'contamination'
  | 'saturation'
  | 'load'
  | 'observation'
  | 'analysis';

const kinds: Readonly<Record<ReasonKind, readonly string[]>> = {
  agreement: ['safety-violation', 'safety-unverified'],
  nodes: [
    'repetition-failed',
    'node-died',
    'node-out-of-memory',
    'node-restarted',
    'results-missing',
    'results-unusable',
    'replies-disagree',
    'no-progress',
    'node-stalled',
  ],
  network: [
    'network-mismatch',
    'network-mismatch-allowed',
    'network-unverified',
    'network-drift',
    'queue-drops',
    'network-disturbed',
    'change-not-applied',
    'change-late',
  ],
  timeline: ['event-not-done', 'event-without-trace', 'expectation-missed'],
  contamination: [
    'foreign-load',
    'canary-slow',
    'steal',
    'memory-pressure',
    'swap-in',
    'memory-low',
    'host-unobserved',
  ],
  saturation: ['host-limited', 'limits-not-enforced'],
  load: [
    'generator-late',
    'node-loop-delay',
    'schedule-not-kept',
    'transactions-rejected',
    'transactions-unfinished',
    'rounds-timed-out',
    'messages-dropped',
    'messages-unroutable',
    'messages-forged',
  ],
  observation: [
    'scrape-gaps',
    'metrics-malformed',
    'samples-dropped',
    'nodes-unwatched',
    'host-sample-gaps',
    'controller-late',
    'clock-step',
    'window-shifted',
  ],
  analysis: ['too-few-repetitions', 'unsteady'],
};

const kindByCode = new Map(
  Object.entries(kinds).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const)),
);

/** A code of a newer or an older testbed is a kind of its own. */
export function reasonKindOf(code: string): string {
  return kindByCode.get(code) ?? code;
}
