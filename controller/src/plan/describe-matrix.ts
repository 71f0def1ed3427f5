/** How a matrix of delays was read, in words: from what is stored with a plan alone. */
import type { MatrixSpec, NetworkSpec, ProfileSpec } from '../model/network-spec.ts';
import { formatMs, formatRange } from './format-link.ts';

const namesMax = 4;

/** `aws.csv, read as one-way delays`; null where the scenario names no matrix. */
export function describeReading({ matrix }: Pick<NetworkSpec, 'matrix'>): string | null {
  if (matrix === undefined) return null;
  return `${matrix.source ?? 'in the scenario'}, read as ${wordOf(matrix)}`;
}

/** The same with an example of what will ping, and what regions are called in the table. */
export function describeMatrix(network: NetworkSpec): string | null {
  const { matrix } = network;
  const reading = describeReading(network);
  if (matrix === undefined || reading === null) return null;
  return [reading, ...describeExample(network, matrix), ...describeNames(matrix)].join('; ');
}

function wordOf({ values }: MatrixSpec): string {
  return values === 'one-way' ? 'one-way delays' : 'round trips';
}

function describeExample(
  { links }: NetworkSpec,
  { example, source, values }: MatrixSpec,
): string[] {
  if (example === null) return [];
  const { from, to } = example;
  const rttOf = (start: string, end: string): ProfileSpec['rtt'] | undefined =>
    links.find((link) => link.from === start && link.to === end)?.profile.rtt;
  const [there, back] = [rttOf(from, to), rttOf(to, from)];
  if (there === undefined || back === undefined) return [];
  const pings = `a ping shows ${pingText(there, back)}`;
  const parts = values === 'one-way' ? 2 : 1;
  const [out, home] = [there, back].map((rtt) => valueText(rtt, parts));
  const pair = `${from} to ${to} ${out}${out === home ? '' : `, back ${home}`}`;
  if (values === 'one-way') return [`${pair}${out === home ? ' and as much back' : ''}: ${pings}`];
  // Of a table that others made, nobody can see what it holds.
  const isOurs = source === null || source === 'cloud';
  return [
    `${pair}, half of it in each direction: ${pings}`,
    ...(isOurs ? [] : ['if these are one-way delays, say matrix-values: one-way']),
  ];
}

/** A value as the table has it. */
function valueText({ meanMs, jitterMs, distribution }: ProfileSpec['rtt'], parts: 1 | 2): string {
  return distribution === 'uniform'
    ? formatRange((meanMs - jitterMs) / parts, (meanMs + jitterMs) / parts)
    : `${formatMs(meanMs / parts)} ms`;
}

/** Each direction has half of its own round trip. */
function pingText(there: ProfileSpec['rtt'], back: ProfileSpec['rtt']): string {
  const meanMs = (there.meanMs + back.meanMs) / 2;
  const isUniform = there.distribution === 'uniform' && back.distribution === 'uniform';
  const spreadMs = isUniform ? (there.jitterMs + back.jitterMs) / 2 : 0;
  return formatRange(meanMs - spreadMs, meanMs + spreadMs);
}

function describeNames({ tableNames }: MatrixSpec): string[] {
  if (tableNames.length === 0) return [];
  const shown = tableNames.slice(0, namesMax).map(({ region, name }) => `${region} is "${name}"`);
  const others = tableNames.length - shown.length;
  return [`${shown.join(', ')}${others > 0 ? ` and ${others} more` : ''} there`];
}
