import type { Clock } from '../../controller/src/lib/clock.ts';

/** What the smoke test asks of a running Grafana, by its HTTP API. */
export interface GrafanaClient {
  dashboardUids(): Promise<readonly string[]>;
  /** Data sources that are not healthy, and why. */
  problemsOfSources(uids: readonly string[]): Promise<string[]>;
  /** Asks what the panels of a dashboard's JSON ask. */
  askPanels(
    json: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<{ readonly asked: number; readonly failed: readonly string[] }>;
}

interface Target {
  readonly refId: string;
  readonly expr?: string;
  readonly rawSql?: string;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly Target[];
}

/** @throws Error when it is not healthy within two minutes */
export async function createGrafanaClient(base: string, clock: Clock): Promise<GrafanaClient> {
  const signal = new AbortController().signal;
  const deadlineMs = clock.monotonicMs() + 120_000;
  while (!(await isHealthy(base))) {
    if (clock.monotonicMs() > deadlineMs) throw new Error(`Grafana at ${base} is not healthy`);
    await clock.sleep(500, { signal });
  }
  const get = async (path: string): Promise<unknown> => (await fetch(`${base}${path}`)).json();
  return {
    async dashboardUids() {
      // Files are read some seconds after the server answers.
      for (;;) {
        const found = (await get('/api/search?type=dash-db')) as readonly { uid: string }[];
        if (found.length > 0 || clock.monotonicMs() > deadlineMs)
          return found.map(({ uid }) => uid);
        await clock.sleep(500, { signal });
      }
    },
    async problemsOfSources(uids) {
      const replies = await Promise.all(
        uids.map(async (uid) => {
          const reply = (await get(`/api/datasources/uid/${uid}/health`)) as Record<
            string,
            unknown
          >;
          return reply.status === 'OK' ? [] : [`data source ${uid}: ${JSON.stringify(reply)}`];
        }),
      );
      return replies.flat();
    },
    async askPanels(json, variables) {
      const { panels } = JSON.parse(json) as { readonly panels: readonly Panel[] };
      const questions = panels.flatMap(({ title, targets = [] }) =>
        targets.map((target) => ({ title, target: withVariables(target, variables) })),
      );
      const failed: string[] = [];
      for (const { title, target } of questions) {
        const problem = await askOne(base, target, clock.now().getTime());
        if (problem !== undefined) failed.push(`"${title}" ${target.refId}: ${problem}`);
      }
      return { asked: questions.length, failed };
    },
  };
}

async function isHealthy(base: string): Promise<boolean> {
  return (await fetch(`${base}/api/health`).catch(() => undefined))?.ok === true;
}

/** The browser puts variables in; macros are left to the server, which is what is tested. */
function withVariables(target: Target, variables: Readonly<Record<string, string>>): Target {
  const put = (text: string): string =>
    Object.entries(variables).reduce(
      (done, [name, value]) =>
        done.replaceAll(`\${${name}:sqlstring}`, `'${value}'`).replaceAll(`$${name}`, value),
      text,
    );
  return {
    ...target,
    ...(target.expr === undefined ? {} : { expr: put(target.expr) }),
    ...(target.rawSql === undefined ? {} : { rawSql: put(target.rawSql) }),
  };
}

async function askOne(base: string, target: Target, nowMs: number): Promise<string | undefined> {
  const response = await fetch(`${base}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      // The stored run is of November 2026; Prometheus takes any range.
      from: `${Date.UTC(2026, 10, 1)}`,
      to: `${Math.max(nowMs, Date.UTC(2026, 11, 1))}`,
      queries: [{ ...target, intervalMs: 3_600_000, maxDataPoints: 500 }],
    }),
  });
  const reply = (await response.json()) as {
    readonly message?: string;
    readonly results?: Readonly<Record<string, { readonly error?: string }>>;
  };
  const error = reply.results?.[target.refId]?.error;
  if (response.ok && error === undefined) return undefined;
  return error ?? reply.message ?? `status ${response.status}`;
}
