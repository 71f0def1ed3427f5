/** A network of several nodes: commits, figures that agree, a restart, and an end by signal. */
import {
  endpoints,
  type Identity,
  type LoadStart,
  type LogDigests,
  loadStatusSchema,
  logDigestsSchema,
  metricNames,
  probeResultSchema,
  rateProbeResultSchema,
  resultsSchema,
} from '../../../node-image/src/contract/index.ts';
import type { RunId } from '../model/ids.ts';
import {
  findLoadFault,
  findLogDisagreement,
  findLogFault,
  findMetricFault,
  findResultsFault,
  readMetrics,
} from './agreement.ts';
import { awaitState, expectEnd, identify } from './check-alone.ts';
import { checkByzantine } from './check-byzantine.ts';
import { checkEngine } from './check-engine.ts';
import { configurationFor, get, type OwnParameters, post } from './requests.ts';
import {
  awaitValue,
  expectDone,
  expectRefusal,
  expectReply,
  readReply,
  type Subject,
} from './subject.ts';

/** Small enough for any host, and enough to tell a count that is off. */
const RATE_PER_NODE = 25;
const AHEAD_MS = 400;
const WARMUP_MS = 500;
const MEASURE_MS = 2_500;
const DRAIN_MS_MAX = 5_000;
const RETURN_MS_MAX = 8_000;

export async function checkCommittee(
  subject: Subject,
  runId: RunId,
  node: OwnParameters,
): Promise<void> {
  const identities = await joinAll(subject, runId, node);
  if (identities === null) return;
  await checkProbes(subject, identities[0]);
  await checkEngine(subject, identities[0]);
  await checkByzantine(subject, identities[0]);
  await checkLoad(subject, identities[0]);
  await checkRestart(subject, identities);
  await checkSignal(subject);
}

async function joinAll(
  subject: Subject,
  runId: RunId,
  node: OwnParameters,
): Promise<readonly Identity[] | null> {
  const indexes = subject.network.nodes.map(({ nodeIndex }) => nodeIndex);
  const found = await inOrder(indexes, (index) => identify(subject, index, runId));
  const identities = found.filter((identity) => identity !== null);
  if (identities.length < indexes.length) return null;
  const isDistinct = await subject.list.hold(
    'GET /v1/identity',
    'is another for every node',
    async () =>
      new Set(identities.map(({ peerId }) => peerId)).size === indexes.length
        ? null
        : { field: '/peerId', text: 'two nodes have the same' },
  );
  if (!isDistinct) return null;
  const configured = await inOrder(indexes, (nodeIndex) => {
    const body = JSON.stringify(configurationFor(nodeIndex, identities, node));
    const what = `is taken by node ${nodeIndex} of ${indexes.length}`;
    return expectDone(subject, { ...post(endpoints.configure, body), nodeIndex, what });
  });
  if (configured.includes(false)) return null;
  const ready = await inOrder(indexes, (nodeIndex) =>
    awaitState(subject, nodeIndex, 'ready', `node ${nodeIndex} has all its links within 10 s`),
  );
  if (ready.includes(false)) return null;
  const started = await inOrder(indexes, (nodeIndex) =>
    expectDone(subject, { ...post(endpoints.start), nodeIndex, what: `starts node ${nodeIndex}` }),
  );
  return started.includes(false) ? null : identities;
}

async function checkProbes(subject: Subject, identity: Identity | undefined): Promise<void> {
  if (identity?.capabilities.includes('probe') !== true) {
    subject.list.skip('POST /v1/probe', 'measures round trips', 'no capability "probe"');
    subject.list.skip('POST /v1/probe-rate', 'measures a rate', 'no capability "probe"');
    return;
  }
  const probe = { peerIndex: 1, count: 3, intervalMs: 10, timeoutMs: 1_000 };
  await expectReply(
    subject,
    { ...post(endpoints.probe, JSON.stringify(probe)), what: 'measures round trips' },
    probeResultSchema,
    ({ sent, rttMicros }) =>
      sent === probe.count && rttMicros.length === probe.count
        ? null
        : { field: '/rttMicros', text: `${rttMicros.length} of ${sent} came back` },
  );
  const rate = { peerIndex: 1, durationMs: 200 };
  await expectReply(
    subject,
    { ...post(endpoints.probeRate, JSON.stringify(rate)), what: 'measures a rate' },
    rateProbeResultSchema,
    ({ receivedBytes }) =>
      receivedBytes > 0 ? null : { field: '/receivedBytes', text: 'nothing arrived' },
  );
}

async function checkLoad(subject: Subject, identity: Identity | undefined): Promise<void> {
  if (identity?.capabilities.includes('load') !== true) {
    subject.list.skip('POST /v1/load/start', 'makes load', 'no capability "load"');
    return;
  }
  const { network, clock, signal } = subject;
  const indexes = network.nodes.map(({ nodeIndex }) => nodeIndex);
  const startUnixMs = clock.now().getTime() + AHEAD_MS;
  const orders = indexes.map((index): LoadStart => ({ ...order, seed: index, startUnixMs }));
  for (const nodeIndex of indexes) {
    const body = JSON.stringify(orders[nodeIndex]);
    const what = `starts the load of node ${nodeIndex}`;
    const request = { ...post(endpoints.loadStart, body), nodeIndex, what };
    if (!(await expectDone(subject, request))) return;
  }
  await clock.sleep(AHEAD_MS + WARMUP_MS, { signal });
  const active = { what: 'while a load is sent', status: 409, code: 'LOAD_ACTIVE' };
  await expectRefusal(subject, {
    ...post(endpoints.loadStart, JSON.stringify(orders[0])),
    ...active,
  });
  const early = { what: 'before the window is over', status: 409, code: 'NO_RESULTS' };
  await expectRefusal(subject, { ...get(endpoints.results), ...early });
  await clock.sleep(startUnixMs + WARMUP_MS + MEASURE_MS - clock.now().getTime(), { signal });
  for (const nodeIndex of indexes) await checkFigures(subject, nodeIndex, orders[nodeIndex]);
  await compareLogs(subject, 'is the same on all nodes');
}

const order: Omit<LoadStart, 'seed' | 'startUnixMs'> = {
  arrivals: 'poisson',
  rateTxPerSec: RATE_PER_NODE,
  sizeBytes: 128,
  warmupMs: WARMUP_MS,
  measureMs: MEASURE_MS,
};

async function checkFigures(
  subject: Subject,
  nodeIndex: number,
  asked: LoadStart | undefined,
): Promise<void> {
  if (asked === undefined) return;
  const { list, send } = subject;
  const name = `node ${nodeIndex}`;
  let committed = 0;
  await list.hold('GET /v1/load', `${name} has settled its load within 5 s`, async () => {
    let last = 'no reply';
    const { value: read } = await awaitValue(subject, DRAIN_MS_MAX, async () => {
      const reply = readReply(await send(nodeIndex, get(endpoints.load)), loadStatusSchema);
      if ('fault' in reply) return reply;
      last = `"${reply.value.state}", ${reply.value.pending} pending`;
      return reply.value.state === 'done' ? reply : undefined;
    });
    if (read === undefined) return { field: '/state', text: last };
    if ('fault' in read) return read.fault;
    committed = read.value.committed;
    return findLoadFault(read.value);
  });
  await expectReply(
    subject,
    { ...get(endpoints.results), nodeIndex, what: `of ${name} agree with themselves` },
    resultsSchema,
    (results) => findResultsFault(results, asked),
  );
  const log = await expectReply(
    subject,
    { ...get(endpoints.log), nodeIndex, what: `of ${name} ascends to its height` },
    logDigestsSchema,
    findLogFault,
  );
  await list.hold('GET /metrics', `of ${name} agree with its load and log`, async () => {
    const { status, text } = await send(nodeIndex, get(endpoints.metrics));
    if (status !== 200) return { text: `status ${status}` };
    const metrics = readMetrics(text);
    return (
      findMetricFault(metrics) ??
      findLow(metrics, metricNames.transactionsCommitted, committed) ??
      findLow(metrics, metricNames.committedHeight, log?.committedHeight ?? 0)
    );
  });
}

function findLow(
  metrics: ReadonlyMap<string, number>,
  field: string,
  least: number,
): { readonly field: string; readonly text: string } | null {
  const value = metrics.get(field) ?? 0;
  return value >= least ? null : { field, text: `${value}, where at least ${least} were seen` };
}

async function readLog({ send }: Subject, nodeIndex: number): Promise<LogDigests> {
  const read = readReply(await send(nodeIndex, get(endpoints.log)), logDigestsSchema);
  if ('fault' in read) throw new Error(`node ${nodeIndex}: ${read.fault.text}`);
  return read.value;
}

function compareLogs(subject: Subject, what: string): Promise<boolean> {
  return subject.list.hold('GET /v1/log', what, async () =>
    findLogDisagreement(
      await inOrder(subject.network.nodes, ({ nodeIndex }) => readLog(subject, nodeIndex)),
    ),
  );
}

/** The last node is killed and starts again with what it had written down. */
async function checkRestart(subject: Subject, identities: readonly Identity[]): Promise<void> {
  const { network, list, signal } = subject;
  const nodeIndex = identities.length - 1;
  const before = identities[nodeIndex];
  if (before === undefined) return;
  const { committedHeight } = await readLog(subject, 0).catch(() => ({ committedHeight: 0 }));
  const isBack = await list.hold('process', 'starts again after SIGKILL', async () => {
    await network.processes.restart(nodeIndex, { signal });
    return null;
  });
  const after = isBack ? await identify(subject, nodeIndex, before.runId as RunId) : null;
  if (after === null) return;
  await list.hold('GET /v1/identity', 'is the same after a restart', async () => {
    for (const field of ['peerId', 'publicKeyHex', 'dataAddress'] as const) {
      if (after[field] === before[field]) continue;
      return { field: `/${field}`, text: `"${after[field]}", and "${before[field]}" before` };
    }
    return null;
  });
  const runs = 'runs again after a restart, without being told';
  if (!(await awaitState(subject, nodeIndex, 'running', runs))) return;
  await list.hold('GET /v1/log', 'has caught up within 8 s of a restart', async () => {
    let height = 0;
    const { value } = await awaitValue(subject, RETURN_MS_MAX, async () => {
      height = (await readLog(subject, nodeIndex)).committedHeight;
      return height >= committedHeight ? height : undefined;
    });
    if (value !== undefined) return null;
    return { field: '/committedHeight', text: `${height}, where others had ${committedHeight}` };
  });
  await compareLogs(subject, 'is the same on all nodes after a restart');
}

async function checkSignal(subject: Subject): Promise<void> {
  const indexes = subject.network.nodes.map(({ nodeIndex }) => nodeIndex);
  const exits = await subject.network.exits(subject);
  const alive = indexes.filter((index) => exits[index] === null);
  await Promise.all(alive.map((index) => subject.network.processes.terminate(index, subject)));
  await expectEnd(subject, alive, 'ends with code 0 within 2 s of SIGTERM');
}

async function inOrder<T, R>(items: readonly T[], visit: (item: T) => Promise<R>): Promise<R[]> {
  const found: R[] = [];
  for (const item of items) found.push(await visit(item));
  return found;
}
