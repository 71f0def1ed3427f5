import { describe, expect, it } from '@jest/globals';
import {
  createCellId,
  createRepetitionId,
  createRunId,
} from '../../../../controller/src/model/ids.ts';
import {
  containerSpec,
  fitResources,
  type NodePlacement,
} from '../../../../controller/src/runtime/docker/container-spec.ts';
import type { StartRequest } from '../../../../controller/src/runtime/runtime.ts';

const runId = createRunId(new Date('2026-01-02T03:04:05Z'), 0.5);
const resources = [1, 1, 1, 0.5].map((cpus) => ({ cpus, memoryBytes: 2 ** 28, pidsMax: 64 }));
const request: StartRequest = {
  runId,
  repetitionId: createRepetitionId(runId, createCellId(4), 0),
  networkName: 'net',
  image: { id: 'sha256:1', name: 'prsm-testbed-node:latest', source: null },
  nodes: resources.map((each, index) => ({
    index,
    host: 0,
    dataOffset: 10 + index,
    resources: each,
  })),
  dataPrefix: 26,
  shaped: false,
};
const placement: NodePlacement = {
  nodeIndex: 3,
  resources: { cpus: 0.5, memoryBytes: 2 ** 28, pidsMax: 64 },
  dataAddress: '198.18.0.13',
  controlAddress: '198.18.1.13',
  publish: false,
  owner: 'h/b/1/2/3',
  bothNetworks: true,
};
const info = { Name: 'h', KernelVersion: 'k', OperatingSystem: 'o', NCPU: 2, MemTotal: 2 ** 33 };

describe('containerSpec', () => {
  it('takes everything away from a node that it does not need', () => {
    const { HostConfig: host } = containerSpec(request, placement);
    expect(host).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      RestartPolicy: { Name: 'no' },
    });
    expect(host).not.toHaveProperty('PortBindings');
    expect(host).not.toHaveProperty('AutoRemove');
  });

  it('gives each node its own limits, and no swap on top of them', () => {
    const { HostConfig: host } = containerSpec(request, placement);
    expect(host).toMatchObject({
      NanoCpus: 5e8,
      Memory: 2 ** 28,
      MemorySwap: 2 ** 28,
      PidsLimit: 64,
    });
  });

  it('sets no limit that was not asked for', () => {
    const unlimited = { cpus: null, memoryBytes: null, pidsMax: 64 };
    const { HostConfig: host } = containerSpec(request, { ...placement, resources: unlimited });
    expect(host).not.toHaveProperty('NanoCpus');
    expect(host).not.toHaveProperty('Memory');
  });

  it('tells the node all it needs, in its environment', () => {
    expect(containerSpec(request, placement).Env).toEqual([
      `TESTBED_RUN_ID=${runId}`,
      'TESTBED_NODE_INDEX=3',
      'TESTBED_CONTROL_LISTEN=198.18.1.13:7000',
      'TESTBED_DATA_LISTEN=198.18.0.13:7001',
      'TESTBED_STATE_DIR=/state',
    ]);
  });
});

describe('fitResources', () => {
  it('leaves limits alone that the host can give', () => {
    expect(fitResources(resources, info)).toEqual({ resources, warnings: [] });
  });

  it('gives no node more cores than there are, and says so once', () => {
    const asked = resources.map((spec, index) => ({ ...spec, cpus: index < 2 ? 8 : 1 }));
    const fitted = fitResources(asked, info);
    expect(fitted.resources.map(({ cpus }) => cpus)).toEqual([2, 2, 1, 1]);
    expect(fitted.warnings).toEqual([
      expect.stringMatching(/^2 nodes.*to have 8 CPUs.*has 2 CPUs/),
    ]);
  });

  it('gives no node more memory than there is, and says so once', () => {
    const asked = resources.map((spec) => ({ ...spec, memoryBytes: 2 ** 34 }));
    const fitted = fitResources(asked, info);
    expect(fitted.resources.map(({ memoryBytes }) => memoryBytes)).toEqual(Array(4).fill(2 ** 33));
    expect(fitted.warnings).toEqual([
      expect.stringMatching(/^Each node.*have 16384 MiB of memory.*has 8192 MiB/),
    ]);
  });

  it('says which limits the kernel cannot enforce', () => {
    const poor = { ...info, SwapLimit: false, CpuCfsQuota: false, PidsLimit: false };
    expect(fitResources(resources, poor).warnings).toHaveLength(3);
  });
});
