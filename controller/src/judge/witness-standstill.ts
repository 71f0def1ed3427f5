import type { NodeRecord } from '../model/record.ts';
import type { TimelineRecord, Witness } from '../model/timeline.ts';

/**
 * A node that was frozen committed nothing meanwhile, by what it says itself afterwards: whoever ran
 * on, or was let go too early, has blocks in that time. Pure.
 * @returns the timeline, with the witness of each pause as the nodes tell it
 */
export function witnessStandstills(
  timeline: readonly TimelineRecord[],
  nodes: readonly Pick<NodeRecord, 'nodeIndex' | 'results'>[],
): readonly TimelineRecord[] {
  return timeline.map((record) => {
    const { kind, witness, begunAt } = record;
    if (kind !== 'pause' || witness === null || !witness.isSeen || begunAt === null) return record;
    return { ...record, witness: witnessOf(record, witness, nodes) };
  });
}

function witnessOf(
  { nodes: frozen, begunAt, plannedEndAt, endedAt }: TimelineRecord,
  stood: Witness,
  nodes: readonly Pick<NodeRecord, 'nodeIndex' | 'results'>[],
): Witness {
  const span = {
    fromMs: begunAt?.getTime() ?? 0,
    // It is let go then at the earliest; what it is told afterwards takes time of its own.
    toMs: Math.min(
      plannedEndAt?.getTime() ?? Number.POSITIVE_INFINITY,
      endedAt?.getTime() ?? Number.POSITIVE_INFINITY,
    ),
  };
  const told = frozen.flatMap((node) => {
    const results = nodes.find(({ nodeIndex }) => nodeIndex === node)?.results ?? null;
    const blocks = results === null ? null : blocksWithin(results, span);
    return blocks === null ? [] : { node, blocks };
  });
  const moved = told.find(({ blocks }) => blocks > 0);
  if (moved !== undefined) {
    const { node, blocks } = moved;
    return {
      quantity: 'height-stood-still',
      text: `node ${node} committed ${blocks} ${blocks === 1 ? 'block' : 'blocks'} while it was to stand still`,
      value: blocks,
      limit: 0,
      isSeen: false,
    };
  }
  // Who does not tell when it commits is believed what was seen from outside.
  if (told.length < frozen.length) return stood;
  return { ...stood, text: `${stood.text}, and committed nothing meanwhile` };
}

/** @returns blocks in the slices that lie wholly inside; null where a node does not tell */
function blocksWithin(
  { commits, window }: NonNullable<NodeRecord['results']>,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): number | null {
  // Of a process that was started afterwards nothing is known of that time.
  if (commits === undefined || window.startUnixMs > toMs) return null;
  const { sliceMs } = commits;
  let slice = 0;
  let blocks = 0;
  for (const [gap, count] of commits.slices) {
    slice += gap;
    const startMs = window.startUnixMs + slice * sliceMs;
    if (startMs - sliceMs >= fromMs && startMs + 2 * sliceMs <= toMs) blocks += count;
  }
  return blocks;
}
