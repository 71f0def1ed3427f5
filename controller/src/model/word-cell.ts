import { type Coordinate, sizeAxis } from './axis.ts';

/** Words for a field in tables and sentences; a field that is not here is called by its last part. */
const labels: Readonly<Record<string, string>> = {
  [sizeAxis]: 'n',
  'load.rate': 'rate',
  'load.size': 'tx size',
  'network.profile': 'network',
  'resources.profile': 'resources',
};

/** `n`, `rate`, `timeout` */
export function labelAxis(field: string): string {
  return labels[field] ?? field.split('.').at(-1) ?? field;
}

/** `n = 16`; with more axes `n = 16, network = wan, rate = 1000`. */
export function wordCell({ coordinates }: { readonly coordinates: readonly Coordinate[] }): string {
  return coordinates.map(({ axis, text }) => `${labelAxis(axis)} = ${text}`).join(', ');
}
