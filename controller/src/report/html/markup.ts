/**
 * HTML and SVG as values. Text becomes markup only through `element`, which escapes it, so nothing
 * that came from outside (names, messages, command lines) can become a tag.
 */
export interface Markup {
  readonly markup: string;
}

export type Child = string | number | Markup | null | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | null>>;

/** An element that is well-formed both as HTML and as XML; attributes that are null are left out. */
export function element(name: string, attributes: Attributes, ...children: Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${escapeText(`${value}`)}"`)
    .join('');
  const content = children.map(toMarkup).join('');
  const isVoid = content === '' && voidElements.has(name);
  return {
    markup: isVoid ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`,
  };
}

/** Several pieces, one per line. */
export function lines(pieces: readonly (Markup | null)[]): Markup {
  return { markup: pieces.flatMap((piece) => piece?.markup ?? []).join('\n') };
}

/** Characters that mean something in HTML, and those that no document may contain. */
export function escapeText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  );
}

/** Elements without an end tag, and the shapes of SVG. */
const voidElements = new Set('meta br hr link circle line path rect polyline polygon'.split(' '));

function toMarkup(child: Child): string {
  if (child === null) return '';
  if (typeof child === 'string') return escapeText(child);
  if (typeof child === 'number') return `${child}`;
  return 'markup' in child ? child.markup : child.map(toMarkup).join('');
}
