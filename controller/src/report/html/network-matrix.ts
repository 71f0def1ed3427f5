/** Measured round trips, region by region, coloured by how far they are from the plan. */
import type { LinkFinding, NetworkFinding } from '../../model/network-finding.ts';
import { wordCell } from '../../model/word-cell.ts';
import { describeTolerance } from '../../plan/describe-check.ts';
import { formatThreeDigits, noValue } from '../format-value.ts';
import { describeChecks, deviationOf, type ShapedCell } from '../network-rows.ts';
import { element, lines, type Markup } from './markup.ts';

const tones = [
  { tone: 'near', upTo: 1 / 3, text: 'within a third of the tolerance' },
  { tone: 'mid', upTo: 2 / 3, text: 'within two thirds' },
  { tone: 'edge', upTo: 1, text: 'within the tolerance' },
] as const;

export function drawMatrix({ cell, network }: ShapedCell): Markup {
  const names = network.regions.map(({ name }) => name);
  const heads = names.map((name) => element('th', { scope: 'col' }, name));
  const rows = names.map((from) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, from),
      names.map((to) => matrixCell(from, to, findRoundTrip(network, from, to))),
    ),
  );
  return element(
    'figure',
    {},
    element(
      'figcaption',
      {},
      `Round trip in ms, ${wordCell(cell)}`,
      element('span', {}, `median measured, planned below; ${describeChecks(network)}`),
    ),
    element(
      'div',
      { class: 'scroll' },
      element(
        'table',
        { class: 'matrix' },
        element('thead', {}, element('tr', {}, element('th', {}), heads)),
        element('tbody', {}, lines(rows)),
      ),
    ),
  );
}

export function drawMatrixKey(): Markup {
  return element(
    'p',
    { class: 'note free' },
    'Distance from the plan: ',
    tones.map(({ tone, text }) => [element('span', { class: `key ${tone}` }, text), ' ']),
    element('span', { class: 'key off' }, '! off tolerance, the worst value'),
    '. A dash: not measured, or a region with one node.',
  );
}

/** A round trip is that of both directions: one that was measured the other way round counts. */
function findRoundTrip(
  { links }: NetworkFinding,
  from: string,
  to: string,
): LinkFinding | undefined {
  const roundTrips = links.filter(({ quantity }) => quantity === 'rtt-median');
  return (
    roundTrips.find(({ fromRegion, toRegion }) => fromRegion === from && toRegion === to) ??
    roundTrips.find(({ fromRegion, toRegion }) => fromRegion === to && toRegion === from)
  );
}

function matrixCell(from: string, to: string, link: LinkFinding | undefined): Markup {
  if (link === undefined) return element('td', {}, noValue);
  const isOff = link.checksOutside > 0;
  const value = isOff ? link.worst.measured : link.measured;
  const shown = value === null ? noValue : formatThreeDigits(value);
  return element(
    'td',
    {
      class: isOff ? 'off' : toneOf(link),
      title: `${from} to ${to}: asked ${link.asked}; passes: ${describeTolerance(link.quantity, link)}`,
    },
    isOff ? `! ${shown}` : shown,
    element('small', {}, formatThreeDigits(link.planned)),
  );
}

function toneOf(link: LinkFinding): string | null {
  const deviation = deviationOf(link);
  if (deviation === null) return null;
  return tones.find(({ upTo }) => Math.abs(deviation) <= upTo + 1e-9)?.tone ?? 'edge';
}
