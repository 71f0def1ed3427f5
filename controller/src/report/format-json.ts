/** Values that fit in this many characters stay on one line. */
const lineMax = 100;

/**
 * JSON indented by two spaces in which short values and lists of numbers take one line: a
 * histogram of a thousand pairs is one line, not four thousand.
 * @param value plain data; Date as ISO 8601, what JSON cannot hold as null
 */
export function formatJson(value: unknown): string {
  // The round trip applies toJSON (Date) once and for all.
  return format(JSON.parse(JSON.stringify(value)), '');
}

function format(value: unknown, indent: string): string {
  const compact = JSON.stringify(value);
  if (compact.length + indent.length <= lineMax || isFlat(value)) return compact;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + format(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(
      ([key, field]) => `${inner}${JSON.stringify(key)}: ${format(field, inner)}`,
    );
    return `{\n${fields.join(',\n')}\n${indent}}`;
  }
  return compact;
}

/** A list of numbers, or of lists of numbers. */
function isFlat(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' || isFlat(item));
}
