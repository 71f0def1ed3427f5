/**
 * The same text for values that are the same, whatever the order of their keys; for comparing values
 * of a document, which may hold numbers that JSON has not, or contain themselves.
 */
export function valueKey(value: unknown, around: readonly unknown[] = []): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : `${value}`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (around.includes(value)) return 'itself';
  const inside = [...around, value];
  if (Array.isArray(value)) return `[${value.map((one) => valueKey(one, inside)).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${valueKey(one, inside)}`).join(',')}}`;
}
