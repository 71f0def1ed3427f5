/**
 * Paths of the control API. HTTP/1.1, JSON bodies, on the control network only. A refused request
 * is answered with status 4xx or 5xx and a body of the shape of `problemSchema`.
 */
import * as z from 'zod';

export const endpoints = {
  health: '/healthz',
  metrics: '/metrics',
  identity: '/v1/identity',
  consensusKey: '/v1/consensus-key',
  configure: '/v1/configure',
  ready: '/v1/ready',
  start: '/v1/start',
  loadStart: '/v1/load/start',
  loadStop: '/v1/load/stop',
  load: '/v1/load',
  results: '/v1/results',
  log: '/v1/log',
  shaping: '/v1/shaping',
  probe: '/v1/probe',
  probeRate: '/v1/probe-rate',
  status: '/v1/status',
  clock: '/v1/clock',
  behaviour: '/v1/behaviour',
  evidence: '/v1/evidence',
  leave: '/v1/leave',
  shutdown: '/v1/shutdown',
} as const;

export const problemSchema = z.object({ code: z.string(), message: z.string() });
export type Problem = z.infer<typeof problemSchema>;

/**
 * Environment variables a node process is started with: the whole of its start-up configuration.
 * RUN_ID and NODE_INDEX are echoed in the identity. CONTROL_LISTEN and DATA_LISTEN are
 * `address:port`; the data address is the one other nodes dial, so it is never a wildcard.
 * STATE_DIR is a writable folder that survives a restart of the process; where a restart is to find
 * it empty, the file `identityFile` in it is left all the same.
 */
export const nodeEnvironment = {
  runId: 'TESTBED_RUN_ID',
  nodeIndex: 'TESTBED_NODE_INDEX',
  controlListen: 'TESTBED_CONTROL_LISTEN',
  dataListen: 'TESTBED_DATA_LISTEN',
  stateDir: 'TESTBED_STATE_DIR',
} as const;

/** In STATE_DIR: where a node keeps its keys, so that it is the same member with all else gone. */
export const identityFile = 'identity.key';

/** Image labels: the controller refuses an image whose contract version it does not speak. */
export const imageLabels = {
  contractVersion: 'testbed.contract',
  sourceHash: 'testbed.source',
} as const;
