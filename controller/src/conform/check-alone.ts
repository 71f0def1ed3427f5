/** A network of one node: life cycle, refusals, and an end that it was told of. */
import {
  CONTRACT_VERSION,
  type Configure,
  endpoints,
  type Identity,
  identitySchema,
  loadStatusSchema,
  logDigestsSchema,
  type NodeState,
  readinessSchema,
  shapingAppliedSchema,
  shapingStatusSchema,
} from '../../../node-image/src/contract/index.ts';
import type { RunId } from '../model/ids.ts';
import { findLoadFault, findMetricFault, readMetrics } from './agreement.ts';
import {
  configurationFor,
  get,
  type OwnParameters,
  post,
  spoiltConfigurations,
  spoiltLoads,
} from './requests.ts';
import {
  awaitValue,
  expectDone,
  expectRefusal,
  expectReply,
  readReply,
  type Subject,
} from './subject.ts';

const ANSWER_MS_MAX = 10_000;
const END_MS_MAX = 2_000;
/** Bodies of 8 MiB must be taken; this is enough to meet a forgotten limit. */
const PADDING_CHARS = 2 * 1024 * 1024;

export async function checkAlone(
  subject: Subject,
  runId: RunId,
  node: OwnParameters,
): Promise<void> {
  const identity = await identify(subject, 0, runId);
  if (identity === null) return;
  const configuration = configurationFor(0, [identity], node);
  await checkWaiting(subject, configuration);
  if (!(await join(subject, configuration))) return;
  await checkRunning(subject);
  await checkOptional(subject, identity);
  await checkShutdown(subject);
}

/** Asks a node who it is until it answers. */
export async function identify(
  { list, send, network, ...subject }: Subject,
  nodeIndex: number,
  runId: RunId,
): Promise<Identity | null> {
  let found: Identity | null = null;
  await list.hold('GET /v1/identity', 'says who it is, within 10 s of its start', async () => {
    const { value: reply, lastError } = await awaitValue(subject, ANSWER_MS_MAX, () =>
      send(nodeIndex, get(endpoints.identity)),
    );
    if (reply === undefined) throw lastError;
    const read = readReply(reply, identitySchema);
    if ('fault' in read) return read.fault;
    const { contractVersion, dataAddress, ...identity } = read.value;
    const host = network.dataAddresses[nodeIndex];
    const told: readonly (readonly [string, unknown, unknown])[] = [
      ['/contractVersion', contractVersion, CONTRACT_VERSION],
      ['/runId', identity.runId, runId],
      ['/nodeIndex', identity.nodeIndex, nodeIndex],
      ['/dataAddress', dataAddress.replace(/:\d+$/, ''), host],
    ];
    const wrong = told.find(([, given, expected]) => given !== expected);
    if (wrong !== undefined) {
      const [field, given, expected] = wrong;
      return { field, text: `${JSON.stringify(given)} instead of ${JSON.stringify(expected)}` };
    }
    found = read.value;
    return null;
  });
  return found;
}

async function checkWaiting(subject: Subject, configuration: Configure): Promise<void> {
  await expectDone(subject, { ...get(endpoints.health), what: 'answers while the node waits' });
  await expectState(subject, 'waiting');
  await expectReply(
    subject,
    { ...get(endpoints.log), what: 'is empty before the first commit' },
    logDigestsSchema,
    (log) =>
      log.committedHeight === 0 && log.digests.length === 0
        ? null
        : { field: '/committedHeight', text: `${log.committedHeight} before consensus began` },
  );
  await expectReply(
    subject,
    { ...get(endpoints.load), what: 'is idle before the first load' },
    loadStatusSchema,
    (status) =>
      status.state === 'idle'
        ? findLoadFault(status)
        : { field: '/state', text: `"${status.state}" instead of "idle"` },
  );
  await expectMetrics(subject, 'has the required metrics while the node waits');
  const refuse = (path: string, body: string, what: string): Promise<boolean> =>
    expectRefusal(subject, { ...post(path, body), what, status: 409, code: 'WRONG_STATE' });
  await refuse(endpoints.start, '{}', 'while the node waits');
  await refuse(endpoints.loadStart, JSON.stringify(spoiltLoads.good()), 'while the node waits');
  await refuse(endpoints.loadStop, '{}', 'while the node waits');
  const noResults = { what: 'before any load', status: 409, code: 'NO_RESULTS' };
  await expectRefusal(subject, { ...get(endpoints.results), ...noResults });
  await checkStrangePaths(subject);
  for (const { what, body } of spoiltConfigurations(configuration)) {
    const refusal = { what, status: 400, code: 'BAD_REQUEST' };
    await expectRefusal(subject, { ...post(endpoints.configure, body), ...refusal });
  }
  await expectState(subject, 'waiting', 'is still waiting after all these refusals');
}

async function checkStrangePaths(subject: Subject): Promise<void> {
  const unknown = { what: 'where there is no such path', status: 404, code: 'NOT_FOUND' };
  await expectRefusal(subject, { ...get('/v1/no-such-path'), ...unknown });
  const method = { what: 'with another method', status: 405, code: 'METHOD_NOT_ALLOWED' };
  await expectRefusal(subject, { ...post(endpoints.identity), ...method });
  await expectRefusal(subject, { ...get(endpoints.start), ...method });
  await expectRefusal(subject, { method: 'DELETE', path: endpoints.log, ...method });
}

/** Configures it with fields that it cannot know, in a large body, and starts it. */
async function join(subject: Subject, configuration: Configure): Promise<boolean> {
  const padding = 'x'.repeat(PADDING_CHARS);
  const body = JSON.stringify({ ...configuration, ofTheFuture: { padding } });
  const configure = post(endpoints.configure, body);
  const what = 'is taken with a field of the future and 2 MiB';
  if (!(await expectDone(subject, { ...configure, what }))) return false;
  const isReady = await awaitState(subject, 0, 'ready', 'is ready within 10 s, having no links');
  if (!isReady) return false;
  const again = { what: 'once it is configured', status: 409, code: 'WRONG_STATE' };
  await expectRefusal(subject, { ...configure, ...again });
  if (!(await expectDone(subject, { ...post(endpoints.start), what: 'begins consensus' }))) {
    return false;
  }
  const started = { what: 'once it runs', status: 409, code: 'WRONG_STATE' };
  await expectRefusal(subject, { ...post(endpoints.start), ...started });
  return awaitState(subject, 0, 'running', 'is running after the start');
}

async function checkRunning(subject: Subject): Promise<void> {
  for (const { what, body } of spoiltLoads.bad()) {
    const refusal = { what, status: 400, code: 'BAD_REQUEST' };
    await expectRefusal(subject, { ...post(endpoints.loadStart, body), ...refusal });
  }
  const stop = { ...post(endpoints.loadStop), what: 'does nothing when no load is sent' };
  await expectDone(subject, stop);
}

/** What the node says that it can, and what it says that it cannot. */
async function checkOptional(subject: Subject, { capabilities }: Identity): Promise<void> {
  if (capabilities.includes('shaping')) await checkShaping(subject);
  else {
    subject.list.skip('POST /v1/shaping', 'is taken', 'no capability "shaping"');
    const absent = { what: 'without the capability', status: 404, code: 'NOT_FOUND' };
    await expectRefusal(subject, { ...post(endpoints.shaping), ...absent });
  }
  if (capabilities.includes('leave')) {
    const leave = { ...post(endpoints.leave), what: 'closes all links' };
    if (await expectDone(subject, leave)) await expectState(subject, 'stopped', 'has left');
  } else subject.list.skip('POST /v1/leave', 'closes all links', 'no capability "leave"');
}

async function checkShaping(subject: Subject): Promise<void> {
  const nothing = { links: [], upBitsPerSec: null, downBitsPerSec: null };
  const order = { seed: 7, ...nothing };
  await expectReply(
    subject,
    { ...post(endpoints.shaping, JSON.stringify(order)), what: 'says when it took effect' },
    shapingAppliedSchema,
  );
  await expectReply(
    subject,
    { ...get(endpoints.shaping), what: 'says what holds' },
    shapingStatusSchema,
    ({ shaping }) =>
      shaping.seed === 7 && shaping.links.length === 0
        ? null
        : { field: '/shaping', text: 'it is not what was ordered' },
  );
  const bad = { what: 'with a seed below 0', status: 400, code: 'BAD_REQUEST' };
  const body = JSON.stringify({ seed: -1, ...nothing });
  await expectRefusal(subject, { ...post(endpoints.shaping, body), ...bad });
}

async function checkShutdown(subject: Subject): Promise<void> {
  await expectDone(subject, { ...post(endpoints.shutdown), what: 'is taken' });
  await expectEnd(subject, [0], 'ends with code 0 within 2 s of POST /v1/shutdown');
}

/** Every one of the nodes has to end by itself, without an error. */
export function expectEnd(
  { list, network, ...subject }: Subject,
  nodes: readonly number[],
  what: string,
): Promise<boolean> {
  return list.hold('process', what, async () => {
    const { value: exits } = await awaitValue(subject, END_MS_MAX, async () => {
      const found = await network.exits(subject);
      return nodes.every((node) => found[node] !== null) ? found : undefined;
    });
    if (exits === undefined) return { text: 'it still runs after 2 s' };
    const bad = nodes.find((node) => exits[node]?.code !== 0);
    return bad === undefined ? null : { text: `node ${bad} ended with ${exits[bad]?.code}` };
  });
}

export function expectMetrics(subject: Subject, what: string, nodeIndex = 0): Promise<boolean> {
  return subject.list.hold('GET /metrics', what, async () => {
    const { status, text } = await subject.send(nodeIndex, get(endpoints.metrics));
    return status === 200 ? findMetricFault(readMetrics(text)) : { text: `status ${status}` };
  });
}

async function expectState(
  subject: Subject,
  state: NodeState,
  what = `says that it is ${state}`,
): Promise<void> {
  await expectReply(subject, { ...get(endpoints.ready), what }, readinessSchema, (found) =>
    found.state === state
      ? null
      : { field: '/state', text: `"${found.state}" instead of "${state}"` },
  );
}

/** Looks until the node is in that state; `failed` ends the wait. */
export function awaitState(
  { list, send, ...subject }: Subject,
  nodeIndex: number,
  state: NodeState,
  what: string,
): Promise<boolean> {
  return list.hold('GET /v1/ready', what, async () => {
    let last = 'no reply';
    const { value: reply } = await awaitValue(subject, ANSWER_MS_MAX, async () => {
      const read = readReply(await send(nodeIndex, get(endpoints.ready)), readinessSchema);
      if ('fault' in read) return read;
      const { linksUp, linksPlanned, failure } = read.value;
      last = `"${read.value.state}", ${linksUp} of ${linksPlanned} links up`;
      if (read.value.state === 'failed') {
        return { fault: { field: '/failure', text: failure ?? 'no reason given' } };
      }
      return read.value.state === state ? read : undefined;
    });
    if (reply === undefined) return { field: '/state', text: `node ${nodeIndex}: ${last}` };
    return 'fault' in reply ? reply.fault : null;
  });
}
