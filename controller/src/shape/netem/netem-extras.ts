import * as z from 'zod';

/** What a netem can do and no program of ours asks for; read so that nothing set beside it hides. */

/** Read by their values elsewhere, or of no effect (`seed` is drawn by the kernel). */
const known: ReadonlySet<string> = new Set(['limit', 'seed', 'delay', 'loss-gemodel']);
/** Of these one value is read elsewhere; the others stand here with what a program leaves them at. */
const read: Readonly<Record<string, string>> = {
  'loss-random': 'loss',
  duplicate: 'duplicate',
  corrupt: 'corrupt',
  rate: 'rate',
};

const optionsSchema = z.record(z.string(), z.unknown());

/** @param options of a netem, as `tc -j` prints them. @returns each as `reorder 0.5` */
export function readExtras(options: unknown): readonly string[] {
  return Object.entries(optionsSchema.parse(options)).flatMap(([name, value]) => {
    if (known.has(name)) return [];
    const fields = optionsSchema.safeParse(value);
    if (!fields.success) return isUnset(value) ? [] : [`${name} ${String(value)}`];
    return Object.entries(fields.data).flatMap(([field, inner]) => {
      if (read[name] === field || isUnset(inner)) return [];
      const label = field === name ? name : `${name} ${field}`;
      return [`${label} ${String(inner)}`];
    });
  });
}

function isUnset(value: unknown): boolean {
  return value === 0 || value === false || value === '0';
}
