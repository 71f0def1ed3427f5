import { reasonCodes } from '../../model/reason-kinds.ts';
import { flag, type VerdictLimit } from '../verdict-limit.ts';

/** Links and topology, as planned or not. */
export const networkLimits = {
  networkMismatch: flag(
    reasonCodes.networkMismatch,
    'a link was measured and is not as planned, twice',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  networkMismatchAllowed: flag(
    reasonCodes.networkMismatchAllowed,
    'a link is not as planned, and the run allows that',
    'suspect',
    'derived: as network-mismatch, but wanted',
  ),
  networkUnverified: flag(
    reasonCodes.networkUnverified,
    'a link that is shaped was not measured',
    'suspect',
    'derived: shaping that was not checked is not known to be right',
  ),
  networkDrift: flag(
    reasonCodes.networkDrift,
    'the shaping in force was not the one that was set up, at the end or for a time',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  queueDrops: {
    code: reasonCodes.queueDrops,
    quantity: 'packets dropped beyond the loss asked for over packets handed to the links',
    unit: 'ratio',
    bad: 'above',
    suspect: 0.001,
    invalid: null,
    source: 'derived: full queues lost as much as a lossy link would',
  },
  networkDisturbed: {
    code: reasonCodes.networkDisturbed,
    quantity: 'part of the window in which a node was not shaped',
    unit: 'ratio',
    bad: 'above',
    suspect: 0,
    invalid: 0.02,
    source: 'derived: its traffic took another network in that time',
  },
  changeNotApplied: flag(
    reasonCodes.changeNotApplied,
    'a planned change of the network did not take effect at a node',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  topologyNotKept: flag(
    reasonCodes.topologyNotKept,
    'nodes had other connections than the topology has',
    'invalid',
    'derived: the network measured is not the network planned',
  ),
  topologyUnverified: flag(
    reasonCodes.topologyUnverified,
    'nodes of a topology that is not full did not tell their connections',
    'suspect',
    'derived: a topology that was not checked is not known to be kept',
  ),
} as const satisfies Record<string, VerdictLimit>;
