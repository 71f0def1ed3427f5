import type {
  CellNetwork,
  NetworkState,
  PlannedLink,
} from '../../../controller/src/model/network.ts';

/**
 * A planned network for golden files: all of it, one line for each thing. What is 0, false or null
 * is left out, and so is what a change leaves as it was at the start.
 */
export function printNetwork({ regions, initial, changes, ...network }: CellNetwork): string {
  const nameOf = (index: number): string => regions[index]?.name ?? `no region ${index}`;
  const links = (state: NetworkState): string[] =>
    state.links.map(({ from, to, shape }: PlannedLink) =>
      [`${nameOf(from)} > ${nameOf(to)}`, ...fields(shape)].join(' '),
    );
  const start = links(initial);
  const lines = [
    `addresses ${fields(network.addressing).join(' ')}`,
    ...regions.map((region) => ['region', ...fields(region)].join(' ')),
    'start',
    ...start.map(indented),
    ...changes.flatMap(({ state, text, ...change }) => [
      [text, ...fields(change)].join(' '),
      ...state.cuts.map(({ from, to }) => indented(`cut ${from} > ${to}`)),
      ...links(state)
        .filter((line) => !start.includes(line))
        .map(indented),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function indented(line: string): string {
  return `  ${line}`;
}

/** In the order of their names: that of a value says nothing. */
function fields(value: object): string[] {
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, one]) => {
      if (one === null || one === 0 || one === false) return [];
      if (typeof one !== 'object' || Array.isArray(one)) return [`${name}=${one}`];
      return [`${name}=(${fields(one).join(' ')})`];
    });
}
