import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { dashboards } from '../../../../controller/src/serve/panels/dashboards.ts';
import { renderDashboard } from '../../../../scripts/dashboards/render-dashboard.ts';

const compose = join(import.meta.dirname, '../../../../compose');
const read = (path: string): ReturnType<typeof parse> =>
  parse(readFileSync(join(compose, path), 'utf8'));
const sources = read('grafana/provisioning/datasources/testbed.yaml').datasources as readonly {
  readonly uid: string;
  readonly type: string;
  readonly jsonData: { readonly timeInterval: string };
}[];

describe.each(dashboards.map((described) => [described.uid, renderDashboard(described)] as const))(
  '%s',
  (_uid, rendered) => {
    const panels = rendered.panels ?? [];
    const text = JSON.stringify(rendered);

    it('has panels that lie beside and below each other, none upon another', () => {
      const taken = new Set<string>();
      for (const { gridPos, title } of panels) {
        const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {};
        expect([title, x + w <= 24]).toEqual([title, true]);
        for (let column = x; column < x + w; column++) {
          for (let row = y; row < y + h; row++) {
            expect([title, taken.has(`${column},${row}`)]).toEqual([title, false]);
            taken.add(`${column},${row}`);
          }
        }
      }
    });

    it('has ids and references of their own', () => {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      for (const panel of panels) {
        const targets = ('targets' in panel ? panel.targets : undefined) ?? [];
        const names = targets.map((target) => (target as unknown as { refId: string }).refId);
        expect(new Set(names).size).toBe(names.length);
      }
    });

    it('asks only the data sources that are provisioned, by their uids', () => {
      const asked = [...text.matchAll(/"datasource":(\{[^}]*\})/g)].map(([, json = '']) =>
        JSON.parse(json),
      );
      expect(asked.length).toBeGreaterThan(10);
      for (const { type, uid } of asked) {
        expect(sources).toContainEqual(expect.objectContaining({ type, uid }));
      }
    });

    it('uses every variable that it lets people choose', () => {
      for (const { name } of rendered.templating.list ?? []) {
        expect([name, text.includes(`$${name}`) || text.includes(`\${${name}:`)]).toEqual([
          name,
          true,
        ]);
      }
    });

    it('links to dashboards that there are', () => {
      for (const [, uid] of text.matchAll(/\/d\/([\w-]+)/g)) {
        expect(dashboards.map((one) => one.uid)).toContain(uid);
      }
    });

    it('is of a version that every Grafana from 10 on migrates, and not to be edited', () => {
      expect(rendered).toMatchObject({ schemaVersion: 39, editable: false, id: null });
    });
  },
);

describe('provisioning', () => {
  it('tells Grafana the interval of the scrapes, without which rates are of a minute', () => {
    const { global } = read('prometheus/prometheus.yml');
    const source = sources.find(({ uid }) => uid === 'testbed-prometheus');
    expect(source?.jsonData.timeInterval).toBe(global.scrape_interval);
  });

  it('has nothing that Prometheus 2.42 refuses', () => {
    const text = readFileSync(join(compose, 'prometheus/prometheus.yml'), 'utf8');
    expect(text).not.toMatch(/native_histograms|fallback_scrape_protocol|scrape_protocols/);
  });
});
