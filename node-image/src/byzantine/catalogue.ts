import { type BehaviourName, behaviourNames } from '../contract/index.ts';
import type { Forger } from '../engine/seam/forger.ts';
import { badSignatures } from './behaviours/bad-signatures.ts';
import { censor } from './behaviours/censor.ts';
import { delayLeader } from './behaviours/delay-leader.ts';
import { doubleVote } from './behaviours/double-vote.ts';
import { equivocate } from './behaviours/equivocate.ts';
import { invalidCertificates } from './behaviours/invalid-certificates.ts';
import { lyingTimeout } from './behaviours/lying-timeout.ts';
import { replay } from './behaviours/replay.ts';
import { selectiveSend } from './behaviours/selective-send.ts';
import { silent } from './behaviours/silent.ts';
import { silentLeader } from './behaviours/silent-leader.ts';
import { staleCertificate } from './behaviours/stale-certificate.ts';
import { syncFlood } from './behaviours/sync-flood.ts';
import { timeoutSpam } from './behaviours/timeout-spam.ts';
import { twin } from './behaviours/twin.ts';
import { withholdVotes } from './behaviours/withhold-votes.ts';
import type { CreateInterceptor } from './interceptor.ts';

export interface CatalogueEntry {
  readonly create: CreateInterceptor;
  /** What it takes of the protocol; null: it fits every protocol. */
  readonly takes: Exclude<keyof Forger, 'note'> | null;
}

/**
 * In the order in which messages pass through them, whatever the order they were ordered in: first
 * those that decide what is said, then those that decide when, then those that add, last those that
 * leave out.
 */
export const catalogue: Readonly<Record<BehaviourName, CatalogueEntry>> = {
  twin: { create: twin, takes: null },
  censor: { create: censor, takes: null },
  'stale-certificate': { create: staleCertificate, takes: 'makeStale' },
  'lying-timeout': { create: lyingTimeout, takes: 'understate' },
  'invalid-certificates': { create: invalidCertificates, takes: 'invalidate' },
  equivocate: { create: equivocate, takes: 'contradict' },
  'double-vote': { create: doubleVote, takes: 'contradict' },
  'delay-leader': { create: delayLeader, takes: null },
  'bad-signatures': { create: badSignatures, takes: 'missign' },
  'timeout-spam': { create: timeoutSpam, takes: 'giveUp' },
  'sync-flood': { create: syncFlood, takes: 'request' },
  replay: { create: replay, takes: null },
  'silent-leader': { create: silentLeader, takes: null },
  'withhold-votes': { create: withholdVotes, takes: null },
  'selective-send': { create: selectiveSend, takes: null },
  silent: { create: silent, takes: null },
};

// The record has exactly the names of the contract, which its type demands.
const chainOrder = Object.keys(catalogue) as BehaviourName[];

/** Where in the chain a behaviour stands; smaller is nearer to the engine. */
export function rankOf(name: BehaviourName): number {
  return chainOrder.indexOf(name);
}

/** Those that a protocol with such a forger can carry out. */
export function supportedNames(forger: Forger | null): readonly BehaviourName[] {
  return behaviourNames.filter((name) => isSupported(name, forger));
}

export function isSupported(name: BehaviourName, forger: Forger | null): boolean {
  const { takes } = catalogue[name];
  return takes === null || forger?.[takes] !== undefined;
}
