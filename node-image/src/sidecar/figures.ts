/** What is counted of the program: what the sidecar sees, and what the program tells. */
import type { NodeFigures } from '../shell/metrics/node-figures.ts';
import type { ProgramCounters } from './messages.ts';

export interface Figures {
  commit(transactions: number, isOwn: boolean): void;
  report(counters: ProgramCounters): void;
  look(seen: {
    readonly linksPlanned: number;
    readonly linksUp: number;
    readonly submitted: number;
    readonly rejected: number;
  }): NodeFigures;
}

const untold: ProgramCounters = {
  roundsEntered: 0,
  roundsTimedOut: 0,
  messagesSent: 0,
  messagesReceived: 0,
  messagesDropped: 0,
  bytesSent: 0,
  bytesReceived: 0,
  signaturesVerified: 0,
};

export function createFigures(): Figures {
  let told = untold;
  let blocksCommitted = 0;
  let blocksProposed = 0;
  let transactionsCommitted = 0;
  return {
    commit(transactions, isOwn) {
      blocksCommitted += 1;
      transactionsCommitted += transactions;
      if (isOwn) blocksProposed += 1;
    },
    report(counters) {
      told = counters;
    },
    look: ({ linksPlanned, linksUp, submitted, rejected }) => ({
      overlay: null,
      signatures: null,
      engine: {
        round: told.roundsEntered,
        leader: null,
        committedHeight: blocksCommitted,
        committedRound: told.roundsEntered,
        mempoolTransactions: 0,
        highQcRound: 0,
        catchUp: 'current',
        counters: {
          blocksCommitted,
          blocksProposed,
          transactionsCommitted,
          roundsEntered: told.roundsEntered,
          roundsTimedOut: told.roundsTimedOut,
          signaturesVerified: told.signaturesVerified,
          duplicatesSuppressed: 0,
          messagesRejected: 0,
        },
      },
      traffic: {
        messagesSent: told.messagesSent,
        messagesReceived: told.messagesReceived,
        bytesSent: told.bytesSent,
        bytesReceived: told.bytesReceived,
        messagesDropped: told.messagesDropped,
        messagesMalformed: 0,
      },
      linksPlanned,
      linksUp,
      shaped: { segments: 0, segmentsLost: 0, bytes: 0 },
      transactionsSubmitted: submitted,
      transactionsRejected: rejected,
      evidence: 0,
      misbehaviours: new Map(),
      safetyViolations: 0,
      container: null,
    }),
  };
}
