import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { metricNames } from '../../../../../node-image/src/contract/index.ts';
import type { NodeFigures } from '../../../../../node-image/src/shell/metrics/node-figures.ts';
import {
  createNodeMetrics,
  type NodeMetrics,
} from '../../../../../node-image/src/shell/metrics/node-metrics.ts';

const figures: NodeFigures = {
  engine: {
    leader: null,
    round: 12,
    committedHeight: 10,
    committedRound: 9,
    mempoolTransactions: 3,
    highQcRound: 11,
    catchUp: 'current',
    counters: {
      blocksProposed: 4,
      blocksCommitted: 10,
      transactionsCommitted: 1_000,
      roundsEntered: 12,
      roundsTimedOut: 1,
      signaturesVerified: 77,
      duplicatesSuppressed: 5,
      messagesRejected: 0,
    },
  },
  traffic: {
    messagesSent: 1,
    messagesReceived: 2,
    bytesSent: 3,
    bytesReceived: 4,
    messagesDropped: 5,
    messagesMalformed: 6,
  },
  shaped: { segments: 21, segmentsLost: 2, bytes: 30_000 },
  overlay: null,
  signatures: { made: 31, makingMs: 500, checked: 70, checkingMs: 250 },
  linksPlanned: 3,
  linksUp: 2,
  transactionsSubmitted: 8,
  transactionsRejected: 9,
  evidence: 0,
  misbehaviours: new Map([['equivocate', 3]] as const),
  safetyViolations: 0,
  container: {
    cpuSeconds: 1.5,
    periods: 10,
    throttledPeriods: 2,
    throttledSeconds: 0.25,
    workingSetBytes: 1_000,
    limitBytes: null,
  },
};

/** Rows of the tables: "| `name` | type | ...". */
function documented(): Map<string, string> {
  const text = readFileSync(new URL('../../../../../docs/metrics.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| `([a-z0-9_]+)` \| (counter|gauge|histogram) \|/gm);
  return new Map([...rows].map(([, name = '', type = '']) => [name, type]));
}

function exported(page: string): Map<string, string> {
  const rows = page.matchAll(/^# TYPE (\S+) (\S+)$/gm);
  return new Map([...rows].map(([, name = '', type = '']) => [name, type]));
}

describe('metrics page', () => {
  let current: NodeFigures = figures;
  // One instance for all: each installs observers of the process.
  const metrics: NodeMetrics = createNodeMetrics({ software: 'test/1' }, () => current);
  afterEach(() => {
    current = figures;
  });

  it('exports exactly the metrics of docs/metrics.md, with their types', async () => {
    const page = exported(await metrics.page());
    expect([...page].sort()).toEqual([...documented()].sort());
  });

  it('exports every name of the contract', async () => {
    const page = exported(await metrics.page());
    for (const name of Object.values(metricNames)) expect([...page.keys()]).toContain(name);
  });

  it('shows the figures of the moment', async () => {
    const page = await metrics.page();
    expect(page).toContain('\nconsensus_round 12\n');
    expect(page).toContain('\nconsensus_transactions_committed_total 1000\n');
    expect(page).toContain('\nnetwork_links_up 2\n');
    expect(page).toContain('\nnetwork_shaped_segments_lost_total 2\n');
    expect(page).toContain('\ncontainer_cpu_usage_seconds_total 1.5\n');
    expect(page).toContain('\ntestbed_misbehaviours_total{behaviour="equivocate"} 3\n');
    expect(page).toContain('testbed_build_info{software="test/1"} 1');
    current = { ...figures, linksUp: 3 };
    expect(await metrics.page()).toContain('\nnetwork_links_up 3\n');
  });

  it('leaves out a figure that is not known', async () => {
    expect(await metrics.page()).not.toMatch(/^container_memory_limit_bytes /m);
  });

  it('has no container metrics outside a container', async () => {
    const bare = createNodeMetrics({ software: 'test/1' }, () => ({ ...figures, container: null }));
    expect(await bare.page()).not.toContain('container_');
  });

  it('gives every metric a HELP text and no counter a misleading name', async () => {
    const page = await metrics.page();
    for (const [, help] of page.matchAll(/^# HELP \S+ (.*)$/gm)) expect(help).not.toBe('');
    for (const [name, type] of exported(page)) {
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    }
  });

  it('counts histogram buckets cumulatively', async () => {
    metrics.commitLatency.observe(0.0015);
    metrics.commitLatency.observe(0.002);
    metrics.commitLatency.observe(99);
    const page = await metrics.page();
    expect(page).toContain('consensus_commit_latency_seconds_bucket{le="0.001"} 0');
    expect(page).toContain('consensus_commit_latency_seconds_bucket{le="0.002"} 2');
    expect(page).toContain('consensus_commit_latency_seconds_bucket{le="16.384"} 2');
    expect(page).toContain('consensus_commit_latency_seconds_bucket{le="+Inf"} 3');
    expect(page).toContain('consensus_commit_latency_seconds_count 3');
    expect(page).toMatch(/consensus_commit_latency_seconds_sum 99\.003\d*/);
  });
});
