/**
 * From a planned network to the words that tc understands: what one node's data link needs so that
 * its packets are treated as the state says. Pure: device names (DEV, PEER) and the subnet's base
 * are put in by whoever knows them.
 *
 * The tree, on the node's own device:
 *
 *   7e57:  htb, default 0      what no filter takes (ARP, the gateway) passes unshaped
 *     7e57:1   htb             the node's access link: its up rate
 *       7e57:10+r              one class per destination region r, its leaf 10+r: netem
 *     7e57:2   htb             where cuts lead, and what is for many; its leaf 2: netem, loses
 *                              everything
 *
 * Every link has a netem, also one that does nothing: it counts, and it can be changed in place.
 * Data networks carry IPv4 alone, so filters are for IPv4 alone. A region's own block holds the
 * node itself too, which is harmless: what it sends to itself passes its loopback.
 */
import { assert } from '../../lib/assert.ts';
import type { CellNetwork, NetworkState, PlannedLink, PlannedRegion } from '../../model/network.ts';
import { changeDuplicators, compileDuplicators } from './duplicate-links.ts';
import { formatNetem, formatRate, unlimitedRate } from './format-netem.ts';
import { type CutPrefix, keyOf, listCuts } from './list-cuts.ts';
import { toManyMatches } from './to-many.ts';
import {
  accessClass,
  cutClass,
  cutHandle,
  leafHandle,
  linksFrom,
  matchPrefix,
  matchRegion,
  ownHandle,
  regionClass,
  regionOfNode,
  statesOf,
} from './tree.ts';

export interface NodeProgram {
  /** For `ip -batch` where the node lives, before the rest. */
  readonly links: readonly string[];
  /** For `tc -batch` where the node lives. */
  readonly egress: readonly string[];
  /** For `tc -batch` where the host's end of the link lives. */
  readonly ingress: readonly string[];
}

/** More than one timer tick of 4 ms, so that a late timer costs no rate. */
const burstMs = 5;
/** Two full frames: with fewer none would ever pass at once. */
const burstBytesMin = 3028;
/** At 100 Gbit/s, 80 us: never the limit. */
const burstBytesUnlimited = 1_000_000;
/** What an access link may hold back, as a modest router would; at least 20 full frames. */
const downQueueMs = 100;
const downQueueBytesMin = 30_280;
/** One full frame: regions take turns by packet. */
const quantumBytes = 1514;
/** So little that a class lives by what it borrows from the access link, which is the limit. */
const borrowerRate = '8kbit';
/** Behind those of cuts, which are numbered from 1. */
const regionPriority = 50_000;
/** Before those of regions, whose blocks may end with the subnet. */
const toManyPriority = 49_000;

/**
 * @param state `network.initial`, or the state of one of its changes
 * @param baseAddress first address of the data subnet, 32 bits
 */
export function compileNodeProgram(
  network: CellNetwork,
  state: NetworkState,
  nodeIndex: number,
  baseAddress: number,
): NodeProgram {
  const region = regionOfNode(network, nodeIndex);
  const links = linksFrom(state, region);
  const duplicators = compileDuplicators(network, state, region, baseAddress);
  const singles = needsSinglePackets(network, region) ? ['link set dev DEV gso_max_segs 1'] : [];
  return {
    links: [...singles, ...duplicators.links],
    egress: [
      `qdisc add dev DEV root handle ${ownHandle} htb default 0 direct_qlen 1000`,
      `class add dev DEV parent ${ownHandle} classid ${accessClass} htb ${fullRate(region.upBitsPerSec)}`,
      ...links.flatMap((link) => leafLines(link, region)),
      `class add dev DEV parent ${ownHandle} classid ${cutClass} htb ${fullRate(null)}`,
      `qdisc add dev DEV parent ${cutClass} handle ${cutHandle} netem limit 1 loss random 100%`,
      ...links.map(({ to }) =>
        addFilter(regionPriority, matchRegion(network, to, baseAddress), regionClass(to)),
      ),
      ...toManyMatches(network, baseAddress).map((match) =>
        addFilter(toManyPriority, match, cutClass),
      ),
      ...listCuts(network, state, nodeIndex).map((cut) => addCut(cut, baseAddress)),
      ...duplicators.egress,
    ],
    ingress: region.downBitsPerSec === null ? [] : ingressLines(region.downBitsPerSec),
  };
}

/**
 * From one state to another with the fewest commands, for `tc -batch` where the node lives. A leaf
 * is changed in place, so packets under way stay; new cuts come before old ones go, so that nothing
 * slips through between.
 * @param states what holds there, and what shall; both belong to `network`
 */
export function compileTransition(
  network: CellNetwork,
  states: { readonly from: NetworkState; readonly to: NetworkState },
  nodeIndex: number,
  baseAddress: number,
): readonly string[] {
  const region = regionOfNode(network, nodeIndex);
  const before = linksFrom(states.from, region);
  const after = linksFrom(states.to, region);
  assert(
    before.length === after.length && before.every((link, at) => link.to === after[at]?.to),
    'two states differ in shapes and cuts, never in links',
  );
  const leafWords = (link: PlannedLink) => `${leafOf(link)} ${formatNetem(link.shape, 'change')}`;
  const differing = (words: (link: PlannedLink) => string) =>
    after.filter((link, at) => before.slice(at, at + 1).some((one) => words(one) !== words(link)));
  const inClass = (link: PlannedLink) => classWords(link, region);
  const cutsBefore = listCuts(network, states.from, nodeIndex);
  const cutsAfter = listCuts(network, states.to, nodeIndex);
  return [
    ...cutsAfter.filter(isNotIn(cutsBefore)).map((cut) => addCut(cut, baseAddress)),
    ...cutsBefore.filter(isNotIn(cutsAfter)).map(deleteCut),
    ...differing(inClass).map((link) => `class change dev DEV ${inClass(link)}`),
    ...differing(leafWords).map((link) => `qdisc change dev DEV ${leafWords(link)}`),
    ...changeDuplicators(network, states, region),
  ];
}

/** What waits at most before a rate down. */
export function downQueueBytes(bitsPerSec: number): number {
  return Math.max(downQueueBytesMin, Math.ceil((bitsPerSec / 8) * (downQueueMs / 1000)));
}

/**
 * A segment that a network card would have cut is one packet to a qdisc: it would be lost,
 * corrupted or queued as a whole. Asked of all states at once, because a connection keeps the size
 * that held when it was opened. (The setting holds for connections opened after it: with it, TCP's
 * largest packet was 1,448 bytes instead of 65,160 on kernels 6.1 and 6.18.)
 */
function needsSinglePackets(network: CellNetwork, region: PlannedRegion): boolean {
  if (region.upBitsPerSec !== null) return true;
  if (network.regions.some((each) => each.downBitsPerSec !== null)) return true;
  return statesOf(network)
    .flatMap((state) => linksFrom(state, region))
    .some(
      ({ shape }) =>
        shape.loss.kind !== 'none' ||
        shape.duplicateRatio > 0 ||
        shape.corruptRatio > 0 ||
        shape.rateBitsPerSec !== null,
    );
}

function leafLines(link: PlannedLink, region: PlannedRegion): string[] {
  return [
    `class add dev DEV ${classWords(link, region)}`,
    `qdisc add dev DEV ${leafOf(link)} ${formatNetem(link.shape, 'add')}`,
  ];
}

/** A netem with a rate keeps order, so a link that shall not keep it gets its rate here. */
function classWords({ to, shape }: PlannedLink, { upBitsPerSec }: PlannedRegion): string {
  const own = shape.reorders ? shape.rateBitsPerSec : null;
  const rate =
    upBitsPerSec === null
      ? fullRate(own)
      : borrowedRate(Math.min(own ?? upBitsPerSec, upBitsPerSec));
  return `parent ${accessClass} classid ${regionClass(to)} htb ${rate}`;
}

function leafOf({ to }: PlannedLink): string {
  return `parent ${regionClass(to)} handle ${leafHandle(to)} netem`;
}

function ingressLines(bitsPerSec: number): string[] {
  return [
    `qdisc add dev PEER root handle ${ownHandle} htb default 1`,
    `class add dev PEER parent ${ownHandle} classid ${accessClass} htb ${fullRate(bitsPerSec)}`,
    `qdisc add dev PEER parent ${accessClass} handle 1: bfifo limit ${downQueueBytes(bitsPerSec)}`,
  ];
}

/** Everything explicit: what tc derives from rate and clock would distort both ends of the range. */
function fullRate(bitsPerSec: number | null): string {
  const rate = bitsPerSec === null ? unlimitedRate : formatRate(bitsPerSec);
  const burst = burstBytes(bitsPerSec);
  return `rate ${rate} ceil ${rate} burst ${burst} cburst ${burst} quantum ${quantumBytes}`;
}

/** A class with the full rate as its own would send it without asking the access link. */
function borrowedRate(bitsPerSec: number): string {
  return (
    `rate ${borrowerRate} ceil ${formatRate(bitsPerSec)} ` +
    `burst ${burstBytesMin} cburst ${burstBytes(bitsPerSec)} quantum ${quantumBytes}`
  );
}

function burstBytes(bitsPerSec: number | null): number {
  if (bitsPerSec === null) return burstBytesUnlimited;
  return Math.max(burstBytesMin, Math.ceil((bitsPerSec / 8) * (burstMs / 1000)));
}

function addFilter(priority: number, match: string, flow: string): string {
  return `filter add dev DEV parent ${ownHandle} protocol ip prio ${priority} ${match} flowid ${flow}`;
}

function addCut(cut: CutPrefix, baseAddress: number): string {
  return addFilter(cut.priority, matchPrefix(cut, baseAddress), cutClass);
}

function deleteCut(cut: CutPrefix): string {
  return `filter del dev DEV parent ${ownHandle} protocol ip prio ${cut.priority}`;
}

function isNotIn(others: readonly CutPrefix[]): (cut: CutPrefix) => boolean {
  const keys = new Set(others.map(keyOf));
  return (cut) => !keys.has(keyOf(cut));
}
