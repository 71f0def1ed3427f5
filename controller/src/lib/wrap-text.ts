/**
 * Breaks text at spaces so that no line is longer than `width`, unless a single word is. Existing
 * line breaks stay. Every line but the first of each paragraph is indented.
 */
export function wrapText(text: string, width: number, indent = ''): string {
  return text
    .split('\n')
    .map((paragraph) => wrapParagraph(paragraph, width, indent))
    .join('\n');
}

function wrapParagraph(paragraph: string, width: number, indent: string): string {
  if (paragraph.length <= width) return paragraph;
  const lead = /^ */.exec(paragraph)?.[0] ?? '';
  const lines: string[] = [];
  let line = lead;
  for (const word of paragraph.trimStart().split(' ')) {
    const candidate = line.trim() === '' ? `${line}${word}` : `${line} ${word}`;
    if (candidate.length <= width || line.trim() === '') line = candidate;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line].join('\n');
}
