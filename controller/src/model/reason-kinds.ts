/**
 * What a verdict can give as its reason: the one place where a code is spelled. judge/ gives them,
 * by the limits of its table, and analyse/ those of a whole size.
 */

/** By what they are about: the parts of docs/verdicts.md, which a test holds against this. */
const kinds = {
  agreement: [
    'safety-violation',
    'safety-unverified',
    'evidence-against-honest',
    'evidence-unproven',
  ],
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
    'topology-not-kept',
    'topology-unverified',
  ],
  timeline: [
    'event-not-done',
    'event-without-trace',
    'behaviour-without-trace',
    'expectation-missed',
    'window-uncovered',
  ],
  simulation: ['simulated-run'],
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
} as const;

export type ReasonCode = (typeof kinds)[keyof typeof kinds][number];

/** `a-code-like-this` as `aCodeLikeThis`. */
type NameOf<Code extends string> = Code extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<NameOf<Rest>>}`
  : Code;

/** Every code by its name, for those who give it or look for it. */
export const reasonCodes = Object.fromEntries(
  Object.values(kinds)
    .flat()
    .map((code) => [nameOf(code), code]),
  // The keys are made as the type says.
) as { readonly [Code in ReasonCode as NameOf<Code>]: Code };

const kindByCode = new Map<string, string>(
  Object.entries(kinds).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const)),
);

/** A code of a newer or an older testbed is a kind of its own. */
export function reasonKindOf(code: string): string {
  return kindByCode.get(code) ?? code;
}

function nameOf(code: ReasonCode): string {
  return code.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Safety was broken: in whatever attempt, and however many others are valid. */
export const alarmCodes = [reasonCodes.safetyViolation, reasonCodes.evidenceAgainstHonest] as const;
