/** Nodes in the words of a report. Pure. */

/** More nodes than this are counted and not listed. */
const listedMax = 8;

/**
 * `node 3`, `nodes 0 and 3`, `nodes 0, 1, 2 and 47 more`.
 * @param indexes at least one, in the order they are to be listed
 */
export function nameNodes(indexes: readonly number[]): string {
  const listed = indexes.length <= listedMax + 1 ? indexes : indexes.slice(0, listedMax);
  const names = listed.map(String);
  if (listed.length < indexes.length) names.push(`${indexes.length - listed.length} more`);
  const last = names.at(-1) ?? '';
  const rest = names.slice(0, -1).join(', ');
  return indexes.length === 1 ? `node ${last}` : `nodes ${rest} and ${last}`;
}
