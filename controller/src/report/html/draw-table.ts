import { type Child, element, lines, type Markup } from './markup.ts';

/** Longer tables may be broken over pages. */
const rowsKeptTogether = 12;

/** Words are aligned left, numbers right. */
const headClasses: Readonly<Record<string, string>> = {
  verdict: 'verdict',
  link: 'lead',
  change: 'lead',
  event: 'lead',
  what: 'lead',
};

/** A head with a class of its own, for columns whose name says nothing of what is in them. */
export interface Head {
  readonly text: string;
  readonly className: string | null;
}

/** A table in a frame that scrolls where it is wider than the page. */
export function drawTable(
  caption: string,
  heads: readonly (string | Head)[],
  rows: readonly (readonly Child[])[],
  classes: readonly (string | null)[] = [],
): Markup {
  const head = heads.map((one) => {
    const { text, className } =
      typeof one === 'string' ? { text: one, className: headClasses[one] ?? null } : one;
    return element('th', { scope: 'col', class: className }, text);
  });
  const body = rows.map((cells, row) => element('tr', { class: classes[row] ?? null }, cells));
  return element(
    'div',
    { class: rows.length <= rowsKeptTogether ? 'scroll whole' : 'scroll' },
    element(
      'table',
      {},
      element('caption', {}, element('span', {}, caption)),
      element('thead', {}, element('tr', {}, head)),
      element('tbody', {}, lines(body)),
    ),
  );
}
