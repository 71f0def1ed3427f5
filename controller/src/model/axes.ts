/**
 * Every axis that has words of its own, once. A further one costs an entry here at most: a field that
 * is not in the table is called by its last part, and its values are printed as they were written.
 * No two fields of a scenario have one label, for they may be varied side by side.
 */
import { type Axis, sizeAxis } from './axis.ts';
import type { Plan } from './plan.ts';

export interface AxisWords {
  /** Heads columns, and stands before `=` in sentences: `n`, `rate`. */
  readonly label: string;
  /** Under a chart, without its unit: `nodes`, `offered load`. */
  readonly title: string;
  /** Of a value that was written without one; empty if there is none. */
  readonly unit: string;
}

const table: Readonly<Record<string, Partial<AxisWords>>> = {
  [sizeAxis]: { label: 'n', title: 'nodes' },
  'load.rate': { title: 'offered load', unit: 'tx/s' },
  'load.size': { label: 'tx size', title: 'size of a transaction', unit: 'B' },
  'network.profile': { label: 'network profile' },
  'network.profile.loss': { title: 'loss per packet' },
  'network.profile.rtt': { title: 'round trip' },
  'network.profile.rate': { label: 'link rate' },
  'resources.profile': { label: 'limits' },
  'resources.cpus': { title: 'cores per node' },
  'resources.memory': { title: 'memory per node' },
  'topology.kind': { label: 'topology kind' },
  'topology.file': { label: 'edges file' },
  'topology.seed': { label: 'graph seed' },
  byzantine: { title: 'Byzantine members' },
  'byzantine.share': { label: 'byzantine share', title: 'share of Byzantine members' },
  'byzantine.count': { label: 'byzantine count', title: 'Byzantine members' },
  'byzantine.nodes': { label: 'byzantine nodes' },
  'byzantine.behaviours.name': { label: 'behaviour' },
  'byzantine.behaviours.rate': { label: 'behaviour rate', title: 'messages to each', unit: '/s' },
  'byzantine.behaviours.delay': { label: 'behaviour delay' },
  'byzantine.behaviours.share': { label: 'behaviour share' },
  'byzantine.behaviours.nodes': { label: 'behaviour nodes' },
  'phases.measure': { label: 'window', title: 'measured window' },
  'engine.signature': { title: 'signature scheme' },
  'engine.timeout': { title: 'base timeout' },
};

/** Fields that the table knows. */
export const fieldsWithWords: readonly string[] = Object.keys(table);

export function wordsOf(field: string): AxisWords {
  const own = table[field] ?? {};
  const label = own.label ?? plainLabel(field);
  return { label, title: own.title ?? label, unit: own.unit ?? '' };
}

/** Blocks in which the fields are those of another block, or names that somebody made up. */
const told = /^(?:network\.(between|within)|network\.(?:groups|regions|matrix)\.([^.]+)|(node))\./;

/** `timeout` of engine.timeout, `between loss`, `edge profile` of a group, `node timeout`. */
function plainLabel(field: string): string {
  const [, direction, named, node] = told.exec(field) ?? [];
  const last = field.split('.').at(-1) ?? field;
  const lead = direction ?? named ?? node;
  return lead === undefined ? last : `${lead} ${last}`;
}

/** `offered load, tx/s`, under a chart or over a column; the unit only where values lack it. */
export function titleOf({ field, values }: Axis): string {
  const { title } = wordsOf(field);
  const unit = unitOf(field, values);
  return unit === '' ? title : `${title}, ${unit}`;
}

/** The unit that has to be said because no value of the axis says one; else empty. */
export function unitOf(field: string, values: Axis['values']): string {
  return values.every(({ text }) => /^[\d.,]+$/.test(text)) ? wordsOf(field).unit : '';
}

/** `200 | 1000 tx/s`, `lan | wan` */
export function listValues({ field, values }: Axis): string {
  const texts = values.map(({ text }) => text).join(' | ');
  const unit = unitOf(field, values);
  return unit === '' ? texts : `${texts} ${unit}`;
}

/** What is varied besides the size: `network lan | wan, rate 200 | 1000 tx/s`; empty if nothing is. */
export function describeVaried(axes: readonly Axis[]): string {
  return axes
    .filter(({ field }) => field !== sizeAxis)
    .map((axis) => `${wordsOf(axis.field).label} ${listValues(axis)}`)
    .join(', ');
}

/** The sizes of a plan, ascending, each once. */
export function sizesOf({ cells }: Pick<Plan, 'cells'>): readonly number[] {
  return [...new Set(cells.map(({ nodeCount }) => nodeCount))];
}
