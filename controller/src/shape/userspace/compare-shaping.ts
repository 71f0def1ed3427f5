import type { LinkShaping, Shaping } from '../../../../node-image/src/contract/index.ts';

/**
 * What a node says it does to its traffic, held against what it was told: sentences about what is
 * not the same. Pure. A node gives back the numbers that it was given, so nothing is rounded.
 */
export function compareShaping(
  nodeIndex: number,
  asked: Shaping,
  found: Shaping,
): readonly string[] {
  const node = `Node ${nodeIndex}`;
  const askedBy = new Map(asked.links.map((link) => [link.peerIndex, link]));
  const foundBy = new Map(found.links.map((link) => [link.peerIndex, link]));
  const missing = [...askedBy.keys()].filter((peer) => !foundBy.has(peer));
  const extra = [...foundBy.keys()].filter((peer) => !askedBy.has(peer));
  const own = compareOwn(asked, found);
  return [
    ...(missing.length > 0 ? [`${node} does not shape what it sends to ${name(missing)}.`] : []),
    ...(extra.length > 0
      ? [`${node} shapes what it sends to ${name(extra)}, which the plan does not.`]
      : []),
    ...[...peersByDifference(askedBy, foundBy)].map(
      ([difference, peers]) => `${node} towards ${name(peers)}: ${difference}.`,
    ),
    ...(own.length > 0 ? [`${node}: ${own.join('; ')}.`] : []),
  ];
}

/** Links to one region are mostly wrong in the same way, which is one sentence. */
function peersByDifference(
  askedBy: ReadonlyMap<number, LinkShaping>,
  foundBy: ReadonlyMap<number, LinkShaping>,
): ReadonlyMap<string, readonly number[]> {
  const peers = new Map<string, number[]>();
  for (const [peer, asked] of askedBy) {
    const found = foundBy.get(peer);
    const difference = found === undefined ? '' : compareLink(asked, found).join('; ');
    if (difference !== '') peers.set(difference, [...(peers.get(difference) ?? []), peer]);
  }
  return peers;
}

function compareLink(asked: LinkShaping, found: LinkShaping): readonly string[] {
  return differences(asked, found, [
    ['the delay', ({ delay }) => wordDelay(delay)],
    ['the loss', ({ loss }) => wordLoss(loss)],
    ['the rate', ({ rateBitsPerSec }) => wordRate(rateBitsPerSec)],
    ['the link', ({ isCut }) => (isCut ? 'cut' : 'open')],
  ]);
}

function compareOwn(asked: Shaping, found: Shaping): readonly string[] {
  return differences(asked, found, [
    ['the rate up', ({ upBitsPerSec }) => wordRate(upBitsPerSec)],
    ['the rate down', ({ downBitsPerSec }) => wordRate(downBitsPerSec)],
    ['the seed', ({ seed }) => String(seed)],
  ]);
}

/** Words hold every number in full, so that what reads the same is the same. */
function differences<T>(
  asked: T,
  found: T,
  parts: readonly (readonly [name: string, words: (whole: T) => string])[],
): readonly string[] {
  return parts.flatMap(([part, words]) =>
    words(asked) === words(found) ? [] : [`${part} is ${words(found)} instead of ${words(asked)}`],
  );
}

function wordDelay({
  distribution,
  meanMs,
  jitterMs,
  correlationRatio,
}: LinkShaping['delay']): string {
  const correlated = correlationRatio === 0 ? '' : `, correlation ${correlationRatio}`;
  return `${meanMs} +- ${jitterMs} ms (${distribution}${correlated})`;
}

function wordLoss(loss: LinkShaping['loss']): string {
  switch (loss.kind) {
    case 'none':
      return 'none';
    case 'independent':
      return String(loss.ratio);
    case 'gilbert-elliott': {
      const { enterBadRatio, leaveBadRatio, badLossRatio, goodLossRatio } = loss;
      return `${badLossRatio} and ${goodLossRatio} in bursts (${enterBadRatio}, ${leaveBadRatio})`;
    }
  }
}

function wordRate(bitsPerSec: number | null): string {
  return bitsPerSec === null ? 'unlimited' : `${bitsPerSec} bit/s`;
}

const PEERS_TOLD = 8;

function name(peers: readonly number[]): string {
  const more = peers.length > PEERS_TOLD ? ` and ${peers.length - PEERS_TOLD} more` : '';
  return `${peers.slice(0, PEERS_TOLD).join(', ')}${more}`;
}
