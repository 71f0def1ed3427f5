/** A real Prometheus with the project's own configuration. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '../store/workplace.ts';

export const root = join(import.meta.dirname, '../../..');

/** Prometheus and promtool; fetched where they are not installed. */
export const toolFolder = (): string =>
  execFileSync(join(root, 'scripts/setup/prepare-prometheus'), { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1) ?? '';

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix time in seconds, and the value. */
  readonly values: readonly (readonly [number, number])[];
}

export interface PrometheusServer {
  /** `stepSeconds` apart; an instant query is of `to` alone. */
  ask(expr: string, range: { from: number; to: number; isInstant: boolean }): Promise<Series[]>;
  stop(): Promise<void>;
}

/**
 * @param folder empty; configuration and data go there
 * @param controller where `testbed serve` answers: host and port
 */
export async function startPrometheus(
  folder: string,
  controller: string,
): Promise<PrometheusServer> {
  const port = await freePort();
  configure(folder, { controller, prometheus: `127.0.0.1:${port}` });
  const child = spawn(
    join(toolFolder(), 'prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const base = `http://127.0.0.1:${port}`;
  await waitFor(async () => (await fetch(`${base}/-/ready`).catch(() => undefined))?.ok === true);
  return {
    async ask(expr, { from, to, isInstant }) {
      const body = isInstant
        ? { query: expr, time: `${to}` }
        : { query: expr, start: `${from}`, end: `${to}`, step: '2' };
      const path = isInstant ? 'query' : 'query_range';
      const reply = await fetch(`${base}/api/v1/${path}`, {
        method: 'POST',
        body: new URLSearchParams(body),
      });
      return seriesOf(await reply.json());
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The project's files; only addresses are others, and the token is one that stands beside them. */
export function configure(
  folder: string,
  hosts: { readonly controller: string; readonly prometheus: string },
): void {
  cpSync(join(root, 'compose/prometheus/rules'), join(folder, 'rules'), { recursive: true });
  writeFileSync(join(folder, 'token'), 'of-a-test');
  const text = readFileSync(join(root, 'compose/prometheus/prometheus.yml'), 'utf8')
    .replaceAll('controller:8080', hosts.controller)
    .replaceAll('localhost:9090', hosts.prometheus)
    .replaceAll('/run/secrets/testbed-token', join(folder, 'token'));
  writeFileSync(join(folder, 'prometheus.yml'), text);
}

type Reply = {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly resultType: string;
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values?: readonly [number, string][];
      readonly value?: readonly [number, string];
    }[];
  };
};

function seriesOf(reply: unknown): Series[] {
  const { status, error, data } = reply as Reply; // as its API says
  if (status !== 'success') throw new Error(error);
  return data.result.map(({ metric, values, value }) => ({
    metric,
    values: (values ?? (value === undefined ? [] : [value])).map(([at, text]) => [
      at,
      Number(text),
    ]),
  }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
