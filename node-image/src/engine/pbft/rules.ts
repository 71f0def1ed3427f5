import { quorumSize } from '../shared/quorum.ts';
import type { PreparedCertificate } from './messages.ts';

/**
 * The decisions on which agreement rests, as an injected interface: the simulator passes broken
 * ones to see that every break shows.
 */
export interface SafetyRules {
  quorumSize(committeeSize: number): number;
  /** Whether a proposal may take a slot in which `accepted` (null: none) was accepted before. */
  mayAccept(accepted: string | null, offered: string): boolean;
  /** Whether a replica that called for another view may still vote in the one before. */
  mayVote(isActive: boolean): boolean;
  mayExecute(slot: { readonly isPrepared: boolean; readonly isCommitted: boolean }): boolean;
  /** Whether the signatures inside a prepared certificate are looked at. */
  readonly checksCertificates: boolean;
  /** What a new view must propose in a slot; null: nothing was prepared there. */
  choose(certificates: readonly PreparedCertificate[]): string | null;
  /** Whether a new view's proposals are what its own proof demands. */
  isDemanded(demanded: readonly string[], proposed: readonly string[]): boolean;
}

export const pbftRules: SafetyRules = {
  quorumSize,
  mayAccept: (accepted, offered) => accepted === null || accepted === offered,
  mayVote: (isActive) => isActive,
  mayExecute: ({ isCommitted }) => isCommitted,
  checksCertificates: true,
  choose: (certificates) => {
    let best: PreparedCertificate | null = null;
    for (const each of certificates) if (best === null || each.view > best.view) best = each;
    return best === null ? null : best.id;
  },
  isDemanded: (demanded, proposed) =>
    demanded.length === proposed.length && demanded.every((id, index) => id === proposed[index]),
};
