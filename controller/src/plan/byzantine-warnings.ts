/** What about members that are to break the rules deserves a word before it is measured. Pure. */
import { byzantineNodes } from '../model/byzantine.ts';
import type { Cell, Plan } from '../model/plan.ts';
import { wordCell } from '../model/word-cell.ts';

/** Sentences, each once. */
export function warnOfByzantine({ cells, scenario }: Pick<Plan, 'cells' | 'scenario'>): string[] {
  const varies = cells.some(({ coordinates }) =>
    coordinates.some(({ axis }) => axis.startsWith('byzantine')),
  );
  const isAsked = varies || scenario.byzantine !== undefined;
  return [
    ...cells.flatMap((cell) => warnOfMany(cell)),
    ...(isAsked && !varies ? cells.flatMap(warnOfNobody) : cells.flatMap(warnOfNoneOfShare)),
  ];
}

/** A leader that an event will take is one more. */
export function countByzantine({ nodes, timeline }: Pick<Cell, 'nodes' | 'timeline'>): number {
  const held = timeline.flatMap((event) => (event.kind === 'behaviour' ? [event.target] : []));
  const named = held.flatMap((target) => (target.kind === 'nodes' ? target.nodes : []));
  const leaders = held.filter(({ kind }) => kind === 'leader').length;
  return Math.min(nodes.length, new Set([...byzantineNodes(nodes), ...named]).size + leaders);
}

function warnOfMany(cell: Cell): string[] {
  const count = countByzantine(cell);
  if (count <= cell.faultyMax) return [];
  return [
    `At ${wordCell(cell)}, ${count} Byzantine ${count === 1 ? 'member is' : 'members are'} beyond f = ${cell.faultyMax}: safety is not promised, and progress neither.`,
  ];
}

function warnOfNobody(cell: Cell): string[] {
  if (byzantineNodes(cell.nodes).length > 0) return [];
  return [
    `At ${wordCell(cell)}, nobody is Byzantine: the share asked for is less than one member, and is rounded down.`,
  ];
}

/** Where the share is varied, 0 is a value of its own. */
function warnOfNoneOfShare(cell: Cell): string[] {
  const value = cell.coordinates.find(({ axis }) => /^byzantine(\.share|\.count)?$/.test(axis));
  const isZero = value === undefined || Number.parseFloat(value.text) === 0;
  return isZero ? [] : warnOfNobody(cell);
}
