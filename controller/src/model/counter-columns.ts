import type {
  NodeResults,
  OverlayCounters,
  WindowCounters,
} from '../../../node-image/src/contract/index.ts';

/**
 * What a node counts, one entry a number: the columns of testbed.nodes, written and read back, and
 * those of nodes.csv are made of it. Who counts one thing more adds it to the contract, here, and
 * to the database with a migration.
 */
interface ColumnNames {
  /** Of testbed.nodes. */
  readonly column: string;
  /** Of nodes.csv, where the unit stands last; the same if left out. */
  readonly csvColumn?: string;
}

type Names<Counter extends PropertyKey> = Readonly<Record<Counter, ColumnNames>>;
/** Of results, the numbers that stand beside their counters. */
type TotalName = {
  [Name in keyof NodeResults]-?: NodeResults[Name] extends number ? Name : never;
}[keyof NodeResults];
type Totals = Pick<NodeResults, TotalName>;
type OwnCounters = Omit<WindowCounters, 'overlay' | 'signatures'>;

const totals: Names<TotalName> = {
  scheduledInWindow: { column: 'scheduled_in_window' },
  committedOfWindow: { column: 'committed_of_window' },
  rejectedOfWindow: { column: 'rejected_of_window' },
  committedInWindow: { column: 'committed_in_window' },
};

const counters: Names<keyof OwnCounters> = {
  blocksCommitted: { column: 'blocks_committed' },
  blocksProposed: { column: 'blocks_proposed' },
  transactionsCommitted: { column: 'transactions_committed' },
  roundsEntered: { column: 'rounds_entered' },
  roundsTimedOut: { column: 'rounds_timed_out' },
  messagesSent: { column: 'messages_sent' },
  messagesReceived: { column: 'messages_received' },
  messagesDropped: { column: 'messages_dropped' },
  bytesSent: { column: 'bytes_sent' },
  bytesReceived: { column: 'bytes_received' },
  signaturesVerified: { column: 'signatures_verified' },
  cpuMicros: { column: 'cpu_micros', csvColumn: 'cpu_us' },
  memoryBytesMax: { column: 'memory_bytes_max', csvColumn: 'memory_max_bytes' },
  memoryLimitBytes: { column: 'memory_limit_bytes' },
  cpuPeriods: { column: 'cpu_periods' },
  cpuPeriodsThrottled: { column: 'cpu_periods_throttled' },
  eventLoopDelayMsP99: { column: 'event_loop_delay_ms_p99', csvColumn: 'event_loop_delay_p99_ms' },
};

/** In one column of the database, as JSON: only some networks have an overlay. */
const overlayNames: Readonly<Record<keyof OverlayCounters, string>> = {
  messagesRelayed: 'messages_relayed',
  bytesRelayed: 'bytes_relayed',
  messagesDelivered: 'messages_delivered',
  hopsTravelled: 'hops_travelled',
  duplicates: 'messages_duplicate',
  forged: 'messages_forged',
  unroutable: 'messages_unroutable',
};

/** A number of a node's results, and where it goes; null where the node cannot know it. */
export interface CounterColumn {
  readonly column: string;
  readonly csvColumn: string;
  read(results: NodeResults): number | null;
}

export const counterColumns: readonly CounterColumn[] = [
  ...columnsOf(totals, (results) => results),
  ...columnsOf(counters, (results) => results.counters),
];

/** Of nodes.csv alone. */
export const overlayColumns: readonly Pick<CounterColumn, 'csvColumn' | 'read'>[] = namesOf(
  overlayNames,
).map((name) => ({
  csvColumn: overlayNames[name],
  read: ({ counters: { overlay } }) => overlay?.[name] ?? null,
}));

/** @param row of testbed.nodes, of a node that delivered results */
export function countersOfRow(row: Readonly<Record<string, unknown>>): Totals & {
  readonly counters: OwnCounters;
} {
  const read = (names: Names<string>): unknown =>
    Object.fromEntries(Object.entries(names).map(([name, { column }]) => [name, row[column]]));
  // The columns are what was written of such values.
  return { ...(read(totals) as Totals), counters: read(counters) as OwnCounters };
}

function columnsOf<Counter extends string>(
  names: Names<Counter>,
  holder: (results: NodeResults) => Readonly<Record<Counter, number | null>>,
): CounterColumn[] {
  return namesOf(names).map((name) => {
    const { column, csvColumn = column } = names[name];
    return { column, csvColumn, read: (results) => holder(results)[name] };
  });
}

/** As `Object.keys`, which forgets the type. */
function namesOf<Name extends string>(names: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(names) as Name[];
}
