import { describe, expect, it } from '@jest/globals';
import {
  describeServices,
  findServices,
  watchOwnServices,
} from '../../../../controller/src/runtime/docker/own-services.ts';
import { createFakeDocker } from '../../../fixtures/fake-docker.ts';
import { createVirtualClock } from '../../../fixtures/virtual-clock.ts';

const never = new AbortController().signal;

describe('services of the testbed', () => {
  it('are the containers with their label that run, whatever they are called', async () => {
    const docker = createFakeDocker();
    const add = (name: string, service: string | null, state: 'running' | 'exited', pid: number) =>
      docker.containers.set(name, {
        ...{ name, state, pid, exitCode: 0, oomKilled: false },
        labels: service === null ? {} : { 'testbed.service': service },
      });
    add('prsm-testbed_prometheus_1', 'prometheus', 'running', 22);
    add('other-postgres-1', null, 'running', 23);
    add('prsm-testbed-postgres-1', 'postgres', 'running', 21);
    add('prsm-testbed-grafana-1', 'grafana', 'exited', 24);
    expect(await findServices(docker, never)).toEqual([
      { name: 'postgres', pid: 21 },
      { name: 'prometheus', pid: 22 },
    ]);
  });

  it('are none where no daemon answers, and that is no failure', async () => {
    const environment = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const source = { environment, homeFolder: '/nowhere' };
    await using own = await watchOwnServices(source, { clock: createVirtualClock() });
    expect(own.services()).toEqual([]);
  });

  it('are named in a sentence, if there are any', () => {
    expect(describeServices([])).toBeNull();
    const services = [
      { name: 'grafana', pid: 1 },
      { name: 'postgres', pid: 2 },
    ];
    expect(describeServices(services)).toMatch(/counts as its own: grafana, postgres\.$/);
  });
});
