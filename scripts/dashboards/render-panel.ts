import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type { Colors, Column, Panel, Step, Unit } from '../../controller/src/serve/panels/panel.ts';
import { dataSources } from './data-sources.ts';
import { optionsOf } from './panel-options.ts';
import { renderTargets } from './render-targets.ts';

type Override = dashboard.FieldConfigSource['overrides'][number];

/** Grafana's names of units; "suffix:" is for those that it does not know. */
const units: Readonly<Record<Unit, string>> = {
  count: 'short',
  cores: 'suffix: cores',
  s: 's',
  ms: 'ms',
  ratio: 'percentunit',
  bytes: 'bytes',
  'bytes/s': 'binBps',
  'bit/s': 'bps',
  'tx/s': 'suffix: tx/s',
  '1/s': 'suffix: /s',
  time: 'dateTimeAsIso',
  text: 'string',
};

/** A panel as Grafana has it, without its id; the types are those of Grafana's own SDK. */
export function renderPanel(panel: Panel, place: { x: number; y: number }): dashboard.Panel {
  const { type, options, custom } = optionsOf(panel);
  return {
    type,
    title: panel.title,
    description: panel.description,
    datasource: dataSources[panel.queries[0]?.source ?? 'results'],
    gridPos: { h: panel.height, w: panel.width, ...place },
    // More points than pixels of a row of squares cannot be looked at.
    ...(panel.kind === 'grid' ? { maxDataPoints: 80 } : {}),
    targets: renderTargets(panel),
    options,
    fieldConfig: { defaults: { ...defaultsOf(panel), custom }, overrides: overridesOf(panel) },
  };
}

function defaultsOf(panel: Panel): dashboard.FieldConfig {
  const { unit, min, max, decimals, words } = panel;
  return {
    // A table has words and numbers; its columns say which ones have a unit.
    ...(panel.kind === 'table' ? {} : { unit: units[unit] }),
    noValue: panel.empty,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(words === undefined ? {} : { mappings: [mapping(words, {})] }),
    color: { mode: colorMode(panel) },
    thresholds: {
      mode: dashboard.ThresholdsMode.Absolute,
      steps: (panel.steps ?? [{ from: null, color: 'text' as const }]).map(({ from, color }) => ({
        value: from,
        color,
      })),
    },
  };
}

function colorMode({ kind }: Panel): dashboard.FieldColorModeId {
  if (kind === 'grid') return dashboard.FieldColorModeId.ContinuousBlues;
  if (kind === 'stat' || kind === 'table') return dashboard.FieldColorModeId.Thresholds;
  return dashboard.FieldColorModeId.PaletteClassic;
}

function mapping(texts: Readonly<Record<string, string>>, colors: Colors): dashboard.ValueMap {
  const entries = Object.entries(texts).map(([value, text], index) => {
    const color = colors[value];
    return [value, { text, index, ...(color === undefined ? {} : { color }) }] as const;
  });
  return { type: dashboard.MappingType.ValueToText, options: Object.fromEntries(entries) };
}

function overridesOf({ columns = [] }: Panel): Override[] {
  return columns.map((column) => ({
    matcher: { id: 'byName', options: column.name },
    properties: propertiesOf(column),
  }));
}

function propertiesOf(column: Column): dashboard.DynamicConfigValue[] {
  const properties: [string, unknown][] = [];
  if (column.unit !== undefined) properties.push(['unit', units[column.unit]]);
  if (column.isHidden === true) properties.push(['custom.hidden', true]);
  if (column.widthPixels !== undefined) properties.push(['custom.width', column.widthPixels]);
  if (column.color !== undefined) properties.push(['color', fixed(column.color)]);
  if (column.link !== undefined) properties.push(['links', [column.link]]);
  if (column.colors !== undefined) {
    const texts = Object.fromEntries(Object.keys(column.colors).map((word) => [word, word]));
    const cell: common.TableCellOptions = { type: common.TableCellDisplayMode.ColorText };
    properties.push(['mappings', [mapping(texts, column.colors)]], ['custom.cellOptions', cell]);
  }
  return properties.map(([id, value]) => ({ id, value }));
}

const fixed = (color: Step['color']): dashboard.FieldColor => ({
  mode: dashboard.FieldColorModeId.Fixed,
  fixedColor: color,
});
