import type { Identity } from '../../../node-image/src/contract/index.ts';
import type { NodeClaim } from '../model/record.ts';

/** What nodes say they run, for the record. Pure; nothing here is checked, only bounded. */

/** More different answers than this are no record but noise. */
const claimsMax = 20;
const textMax = 200;

/**
 * @param known what nodes of this run have claimed before
 * @param cell in words (`n = 4`), and the protocol that its scenario asks for: nodes that have it run it
 * @returns `known`, and every claim that differs from all of them
 */
export function addClaims(
  known: readonly NodeClaim[],
  identities: readonly Identity[],
  cell: { readonly words: string; readonly protocol: string },
): readonly NodeClaim[] {
  const claims = [...known];
  for (const { nodeIndex, software, ...said } of identities) {
    if (claims.length >= claimsMax) break;
    const hasIt = said.protocols?.includes(cell.protocol) === true;
    const protocol = said.protocol ?? (hasIt ? cell.protocol : undefined);
    const claim = {
      software: shorten(software),
      protocol: protocol === undefined ? null : shorten(protocol),
    };
    const isKnown = claims.some(
      (other) => other.software === claim.software && other.protocol === claim.protocol,
    );
    if (!isKnown) claims.push({ ...claim, said: `node ${nodeIndex} at ${cell.words}` });
  }
  return claims;
}

/** Printable and of bearable length, whatever a stranger sends. */
export function shorten(text: string): string {
  const printable = text.replace(/[\p{C}\s]+/gu, ' ').trim();
  return printable.length <= textMax ? printable : `${printable.slice(0, textMax)}...`;
}
