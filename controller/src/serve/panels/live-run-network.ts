import { prometheus, type Row, results } from './panel.ts';
import { chosenNodes, rate } from './variables.ts';

const empty = 'No samples: choose a run that Prometheus saw, or start one.';
const relayed = 'No samples: only overlays relay (topologies other than full).';
const shaped = 'No samples: only the userspace shaper counts here; netem counts in the kernel.';

/** Ratio of two counters of all nodes; nothing where the lower one stands still. */
const share = (upper: string, lower: string): string =>
  `sum(${rate(upper)}) / (sum(${rate(lower)}) > 0)`;

const traffic: Row = {
  title: 'Network',
  panels: [
    {
      id: 'run-messages',
      title: 'Messages',
      description:
        'Consensus messages a second, all nodes together; a broadcast to 9 peers counts 9. Sent and received differ by what is on its way, lost with a link, or relayed.',
      unit: '1/s',
      kind: 'timeseries',
      queries: [
        prometheus(`sum(${rate('network_messages_sent_total')})`, 'sent'),
        prometheus(`sum(${rate('network_messages_received_total')})`, 'received'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-bytes',
      title: 'Bytes',
      description:
        'Bytes of those messages a second, before encryption and framing, all nodes together.',
      unit: 'bytes/s',
      kind: 'timeseries',
      queries: [
        prometheus(`sum(${rate('network_bytes_sent_total')})`, 'sent'),
        prometheus(`sum(${rate('network_bytes_received_total')})`, 'received'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-dropped',
      title: 'Dropped and malformed',
      description:
        'Messages a second that were not sent because the queue of a peer was full or there was no link, and frames received that are no message. Both are 0 in a network that is well.',
      unit: '1/s',
      kind: 'timeseries',
      queries: [
        prometheus(`sum(${rate('network_messages_dropped_total')})`, 'dropped'),
        prometheus(`sum(${rate('network_messages_malformed_total')})`, 'malformed'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-links',
      title: 'Links',
      description:
        'Ends of links that are up, and that the topology asks for, all nodes together. Each link has two ends.',
      unit: 'count',
      kind: 'timeseries',
      queries: [
        prometheus(`sum(network_links_up{${chosenNodes}})`, 'up'),
        prometheus(`sum(network_links_planned{${chosenNodes}})`, 'planned'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-shaped-loss',
      title: 'Loss by the userspace shaper',
      description:
        'Of the segments that it let pass, the share it counted as lost once or more. To be held against the loss asked for, below.',
      unit: 'ratio',
      kind: 'timeseries',
      queries: [
        prometheus(
          share('network_shaped_segments_lost_total', 'network_shaped_segments_total'),
          'lost',
        ),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty: shaped,
    },
    {
      id: 'run-shaped-bytes',
      title: 'Bytes through the userspace shaper',
      description:
        'After encryption, without headers, all nodes together: what the rate limit of links is about.',
      unit: 'bytes/s',
      kind: 'timeseries',
      queries: [prometheus(`sum(${rate('network_shaped_bytes_total')})`, 'shaped')],
      width: 8,
      height: 8,
      min: 0,
      empty: shaped,
    },
    {
      id: 'run-links-checked',
      title: 'Network asked for, and measured',
      description:
        'Every pair of regions of this run: what was asked for, what the plan makes of it, what was measured (median over repetitions), and whether it is within its tolerance. rtt-median in ms, rate in bit/s, loss and rtt-range 0 to 1.',
      unit: 'text',
      kind: 'table',
      queries: [
        results(`select cell_id as cell, from_region as "from", to_region as "to", quantity, asked, planned, measured,
  low, high, unit, case when is_within then 'yes' else 'no' end as within
from testbed.link_matrix where run_id in (\${run:sqlstring})
order by is_within, node_count, 1, 2, 3, 4 limit 500`),
      ],
      width: 24,
      height: 9,
      columns: [{ name: 'within', colors: { yes: 'green', no: 'red' } }],
      empty: 'Nothing measured: an unshaped network, or no repetition has ended yet.',
    },
  ],
};

const overlay: Row = {
  title: 'Overlay',
  panels: [
    {
      id: 'run-relayed',
      title: 'Relayed messages',
      description:
        'Messages a second handed on for others (once for every link they left by), and those that came for a node over the overlay.',
      unit: '1/s',
      kind: 'timeseries',
      queries: [
        prometheus(`sum(${rate('network_overlay_messages_relayed_total')})`, 'relayed'),
        prometheus(`sum(${rate('network_overlay_messages_delivered_total')})`, 'delivered'),
      ],
      width: 6,
      height: 8,
      min: 0,
      empty: relayed,
    },
    {
      id: 'run-relayed-bytes',
      title: 'Relayed bytes',
      description: 'Bytes a second of the messages handed on for others.',
      unit: 'bytes/s',
      kind: 'timeseries',
      queries: [prometheus(`sum(${rate('network_overlay_bytes_relayed_total')})`, 'relayed')],
      width: 6,
      height: 8,
      min: 0,
      empty: relayed,
    },
    {
      id: 'run-hops',
      title: 'Distance and duplicates',
      description:
        'Links that a delivered message travelled, on average, and duplicates for each delivered message: the price of more than one way.',
      unit: 'count',
      kind: 'timeseries',
      queries: [
        prometheus(
          share('network_overlay_hops_total', 'network_overlay_messages_delivered_total'),
          'links a message',
        ),
        prometheus(
          share('network_overlay_duplicates_total', 'network_overlay_messages_delivered_total'),
          'duplicates a message',
        ),
      ],
      width: 6,
      height: 8,
      min: 0,
      decimals: 2,
      empty: relayed,
    },
    {
      id: 'run-unroutable',
      title: 'Unroutable and forged',
      description:
        'Messages a second without a path of live links, and messages that their origin did not sign. Forged is 0 unless a node lies.',
      unit: '1/s',
      kind: 'timeseries',
      queries: [
        prometheus(`sum(${rate('network_overlay_unroutable_total')})`, 'unroutable'),
        prometheus(`sum(${rate('network_overlay_forged_total')})`, 'forged'),
      ],
      width: 6,
      height: 8,
      min: 0,
      empty: relayed,
    },
  ],
};

export const networkRows: readonly Row[] = [traffic, overlay];
