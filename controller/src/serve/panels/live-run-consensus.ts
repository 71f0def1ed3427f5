import { prometheus, type Row } from './panel.ts';
import { byRow, chosenNodes, network, rate } from './variables.ts';

const empty = 'No samples: choose a run that Prometheus saw, or start one.';

export const consensusRow: Row = {
  title: 'Consensus',
  panels: [
    {
      id: 'run-lag',
      title: 'Who is behind',
      description:
        'Blocks that a node has committed less than the one that has most, node by node. One dark row is a slow node; a block of rows is a cut; all dark together is a scrape that took long.',
      unit: 'count',
      kind: 'grid',
      queries: [
        prometheus(
          byRow(`max by (${network}) (consensus_committed_height{${chosenNodes}})
          - on (${network}) group_right () consensus_committed_height{${chosenNodes}}`),
          'node {{node}} {{region}}',
        ),
      ],
      width: 12,
      height: 10,
      min: 0,
      empty,
    },
    {
      id: 'run-leaders',
      title: 'Who proposes',
      description:
        'Blocks proposed a second, node by node. Leaders that take turns are equally dark; a pale row is a leader whose rounds time out.',
      unit: '1/s',
      kind: 'grid',
      queries: [
        prometheus(byRow(rate('consensus_blocks_proposed_total')), 'node {{node}} {{region}}'),
      ],
      width: 12,
      height: 10,
      min: 0,
      empty,
    },
    {
      id: 'run-blocks',
      title: 'Blocks and rounds given up',
      description:
        'Blocks committed a second (median over nodes), and rounds that ended by a timeout (the node that saw most). Every round given up is a leader that was down, slow or cut off.',
      brief:
        'Rounds that ended by a timeout, of the node that saw most: 0 while leaders do their work.',
      unit: '1/s',
      kind: 'timeseries',
      queries: [
        prometheus(`quantile(0.5, ${rate('consensus_blocks_committed_total')})`, 'blocks'),
        prometheus(`max(${rate('consensus_rounds_timed_out_total')})`, 'rounds given up'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-round',
      title: 'Round',
      description:
        'The round that nodes are in: furthest ahead and furthest behind. It stands still where nothing is decided, and jumps where a node catches up.',
      unit: 'count',
      kind: 'timeseries',
      queries: [
        prometheus(`max(consensus_round{${chosenNodes}})`, 'first'),
        prometheus(`min(consensus_round{${chosenNodes}})`, 'last'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-mempool',
      title: 'Waiting transactions',
      description:
        'Transactions waiting to be proposed: all nodes together, and the fullest one. Growth that does not end is overload.',
      unit: 'count',
      kind: 'timeseries',
      queries: [
        prometheus(`sum(consensus_mempool_transactions{${chosenNodes}})`, 'all nodes'),
        prometheus(`max(consensus_mempool_transactions{${chosenNodes}})`, 'fullest node'),
      ],
      width: 8,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-committed-per-node',
      title: 'Transactions that nodes see committed',
      description:
        'Every node commits every transaction, so all should be equal to the throughput: fastest, median and slowest node. A slowest one far below is catching up, or cut off.',
      unit: 'tx/s',
      kind: 'timeseries',
      queries: ['1', '0.5', '0'].map((share, index) =>
        prometheus(
          `quantile(${share}, ${rate('consensus_transactions_committed_total')})`,
          ['fastest node', 'median node', 'slowest node'][index] ?? '',
        ),
      ),
      width: 12,
      height: 8,
      min: 0,
      empty,
    },
    {
      id: 'run-signatures',
      title: 'Signatures verified by a node',
      description: 'Mean and busiest node. What was verified before is not counted again.',
      unit: '1/s',
      kind: 'timeseries',
      queries: [
        prometheus(`avg(${rate('consensus_signatures_verified_total')})`, 'mean'),
        prometheus(`max(${rate('consensus_signatures_verified_total')})`, 'busiest node'),
      ],
      width: 12,
      height: 8,
      min: 0,
      empty,
    },
  ],
};
