/** The code that Node.js gives to errors of the operating system (`ENOENT`), or an empty text. */
export function errorCodeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
