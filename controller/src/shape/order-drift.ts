/**
 * Worst first, so that the few sentences of drift that are told are those that matter: a node without
 * its shaping, then what sends packets elsewhere, then delay and loss, then the rest; within these
 * the greater change. Pure.
 */
const ranks: readonly RegExp[] = [
  /root qdisc|does not shape|cannot be inspected|could not be held/,
  /filter|has no class|is gone|hangs from|firewall/,
  /the delay is|the loss is|the link is/,
];

export function orderDrift(sentences: readonly string[]): readonly string[] {
  return sentences
    .map((text) => ({ text, rank: rankOf(text), change: changeOf(text) }))
    .sort((a, b) => a.rank - b.rank || b.change - a.change)
    .map(({ text }) => text);
}

function rankOf(text: string): number {
  const rank = ranks.findIndex((pattern) => pattern.test(text));
  return rank < 0 ? ranks.length : rank;
}

/** Of the two numbers in `is A instead of B`, how many times one is the other, as a logarithm. */
function changeOf(text: string): number {
  const [, found, asked] = / is (-?[\d.]+).*? instead of (-?[\d.]+)/.exec(text) ?? [];
  if (found === undefined || asked === undefined) return 0;
  return Math.abs(Math.log((Number(found) + 1) / (Number(asked) + 1)));
}
