import { wrapText } from '../lib/wrap-text.ts';

/** Breaks lines at spaces, but never between a number and its unit, nor around `=` in `n = 4`. */
export function wrapSentence(text: string, width: number, indent = ''): string {
  const glued = text
    .replace(/(\d) (%|ms|s|B|kB|KiB|MiB|GiB|tx\/s)(?![A-Za-z])/g, '$1\u00a0$2')
    .replace(/(\w) = (?=\S)/g, '$1\u00a0=\u00a0');
  return wrapText(glued, width, indent).replaceAll('\u00a0', ' ');
}
