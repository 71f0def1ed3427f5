import type { NodeClaim, RunRecord } from '../model/record.ts';

/** What image and nodes said of themselves, in words. Nobody has checked it, and that is said. */

/** Answers that differ beyond these are counted and not told. */
const toldMax = 3;

/** `perl-node/1 (protocol raft), source abc`; null if nothing was claimed. */
export function describeClaims({ provenance }: RunRecord): string | null {
  const { source, nodes } = provenance.claims;
  const told = nodes.slice(0, toldMax).map(describeClaim);
  if (nodes.length > toldMax) told.push(`${nodes.length - toldMax} more`);
  const parts = [...told, ...(source === null ? [] : [`image source ${source}`])];
  return parts.length === 0 ? null : parts.join(', ');
}

export function describeClaim({ software, protocol }: NodeClaim): string {
  const name = software === '' ? 'software without a name' : software;
  return `${name} (protocol ${protocol ?? 'not told'})`;
}
