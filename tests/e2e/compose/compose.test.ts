/**
 * compose/compose.yaml with real containers: scripts/test runs this with the Engine and the Compose of
 * the host, and once more with Engine 26 and Compose v2 (scripts/engine26). Images are those that
 * scripts/offline-images builds; Grafana is not among them.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock as clock } from '../../../controller/src/lib/system-clock.ts';
import { openDaemon, root } from '../runtime/docker-harness.ts';

jest.setTimeout(180_000);

const run = promisify(execFile);
const project = `testbed-e2e-${process.pid}`;
const script = join(root, 'scripts/compose');
let environment: NodeJS.ProcessEnv;
let daemon: Awaited<ReturnType<typeof openDaemon>>;

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return String(typeof address === 'object' ? address?.port : 0);
}

async function compose(...words: readonly string[]): Promise<string> {
  const { stdout } = await run(script, words, { env: environment, timeout: 150_000 });
  return stdout;
}

const ofProject = { all: true, filters: { label: [`com.docker.compose.project=${project}`] } };

async function containerOf(service: string): Promise<string> {
  const found = await daemon.docker.listContainers(ofProject);
  const [one] = found.filter(({ Labels }) => Labels['com.docker.compose.service'] === service);
  if (one === undefined) throw new Error(`${service} has no container`);
  return one.Id;
}

beforeAll(async () => {
  daemon = await openDaemon();
  await run(join(root, 'scripts/offline-images'), ['--keep-env'], { timeout: 170_000 }).catch(
    (error: unknown) => {
      // Images are loaded from the other engine there; a build would take the packages of this one.
      if (process.env.COMPOSE === undefined) throw error;
    },
  );
  const [POSTGRES_PORT, PROMETHEUS_PORT, TESTBED_PORT] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const ports = { POSTGRES_PORT, PROMETHEUS_PORT, TESTBED_PORT };
  const images = {
    POSTGRES_IMAGE: 'prsm-testbed-postgres:local',
    PROMETHEUS_IMAGE: 'prsm-testbed-prometheus:local',
  };
  environment = { ...process.env, ...ports, ...images, COMPOSE_PROJECT_NAME: project };
});
afterAll(async () => {
  await compose('down', '-v', '--remove-orphans').catch(() => undefined);
  daemon.close();
});

describe('compose.yaml', () => {
  it('has its secrets where only their owner reads them', () => {
    expect(statSync(join(root, 'compose/.env')).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, 'compose/secrets')).mode & 0o777).toBe(0o700);
  });

  it('comes up healthy, bound to loopback, within its budget', async () => {
    const services = ['postgres', 'prometheus', 'controller'];
    const startedMs = performance.now();
    await compose('up', '-d', ...services);
    await compose('wait', '120');
    process.stdout.write(`up and healthy: ${Math.round(performance.now() - startedMs)} ms\n`);
    const page = await fetch(`http://127.0.0.1:${environment.TESTBED_PORT}/healthz`);
    expect(page.status).toBe(200);
    const containers = await daemon.docker.listContainers(ofProject);
    expect(containers).toHaveLength(services.length);
    for (const { Id, Labels, Ports } of containers) {
      expect(Labels['testbed.service']).toBe(Labels['com.docker.compose.service']);
      const published = Ports.filter(({ PublicPort }) => PublicPort !== undefined);
      expect(published.map(({ IP }) => IP)).toEqual(['127.0.0.1']);
      const { HostConfig } = await daemon.docker.getContainer(Id).inspect();
      expect(HostConfig.NanoCpus).toBeGreaterThan(0);
      expect(HostConfig.Memory).toBeGreaterThan(2 ** 28);
      expect(HostConfig.SecurityOpt).toContain('no-new-privileges:true');
    }
  });

  it('carries a run through the death of its database, and stores it', async () => {
    const sweep = ['--nodes', '2', '--repetitions', '1', '--rate', '40', '--shaper', 'none'];
    const phases = ['--warmup', '1s', '--measure', '8s', '--drain', '2s'];
    const words = ['run', '--rm', '-T', 'controller', 'sweep', ...sweep, ...phases, '--json'];
    const child = spawn(script, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let said = '';
    child.stdout.on('data', (chunk) => (printed += String(chunk)));
    child.stderr.on('data', (chunk) => (said += String(chunk)));
    const ended = once(child, 'close');
    const deadline = AbortSignal.timeout(100_000);
    while (!/measur/i.test(said.replace(/.*Measured.*/g, ''))) {
      if (child.exitCode !== null) throw new Error(`It ended early: ${said}${printed}`);
      await clock.sleep(100, { signal: deadline });
    }
    // As the kernel would: Docker starts it again, which it would not after `docker kill`.
    const id = await containerOf('postgres');
    const before = await daemon.docker.getContainer(id).inspect();
    process.kill(before.State.Pid, 'SIGKILL');
    await ended;
    const result = JSON.parse(printed.slice(printed.indexOf('{')));
    expect(result.run).toMatchObject({ status: 'completed' });
    const [cell] = result.cells;
    expect(cell.throughputTxPerSec.mean).toBeGreaterThan(10);
    // Their load is not somebody else's, and that is said.
    expect(result.warnings.join('\n')).toMatch(
      /counts as its own: controller, postgres, prometheus/,
    );
    await compose('wait', '60');
    const after = await daemon.docker.getContainer(id).inspect();
    expect(after.State.Pid).not.toBe(before.State.Pid);
    const stored = await compose('run', '--rm', '-T', 'controller', 'runs', '--json');
    expect(stored).toContain(result.run.id);
    const filters = { label: [`testbed.run=${result.run.id}`] };
    expect(await daemon.docker.listNetworks({ filters })).toEqual([]);
    expect(await daemon.docker.listContainers({ all: true, filters })).toEqual([]);
  });

  it('leaves nothing when it is taken down', async () => {
    await compose('down', '-v');
    const { filters } = ofProject;
    expect(await daemon.docker.listContainers(ofProject)).toEqual([]);
    expect(await daemon.docker.listNetworks({ filters })).toEqual([]);
    expect((await daemon.docker.listVolumes({ filters })).Volumes ?? []).toEqual([]);
  });
});
