/**
 * Text that Postgres can hold, and back. Postgres text has no U+0000, and UTF-8 has no lone
 * surrogates; logs of nodes have both. The escape sign is U+241B (SYMBOL FOR ESCAPE): `␛0` is
 * U+0000, `␛ud800` a lone surrogate, `␛␛` the sign itself. Every other text is left as it is.
 */

const sign = '\u241b';
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const escaped = /\u241b(\u241b|0|u[0-9a-f]{4})/g;

/** @returns text without U+0000 and lone surrogates, different for different input */
export function encodeText(text: string): string {
  if (!text.includes('\0') && !text.includes(sign) && text.isWellFormed()) return text;
  return text
    .replaceAll(sign, sign + sign)
    .replaceAll('\0', `${sign}0`)
    .replace(loneSurrogate, (unit) => `${sign}u${unit.charCodeAt(0).toString(16)}`);
}

/** The inverse of `encodeText`; text that it never made is returned unchanged. */
export function decodeText(text: string): string {
  if (!text.includes(sign)) return text;
  return text.replace(escaped, (_match, body: string) => {
    if (body === sign) return sign;
    if (body === '0') return '\0';
    return String.fromCharCode(Number.parseInt(body.slice(1), 16));
  });
}
