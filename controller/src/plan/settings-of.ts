import type { ShaperKind } from '../model/network.ts';
import type { CellSettings } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';

/** What a scenario says of a cell, without what is laid out for its size. */
export function settingsOf(
  asked: Omit<Scenario, 'axes' | 'variations'>,
  shaper: ShaperKind,
): CellSettings {
  const { image, command, node, load, phases, engine, signature, resources, topology } = asked;
  const { title, matrix, placement } = asked.network;
  return {
    image,
    ...(command === undefined ? {} : { command }),
    ...(node === undefined ? {} : { node }),
    load,
    phases,
    engine,
    signature,
    expect: asked.expect,
    resources,
    ...(topology === undefined ? {} : { topology }),
    shaper,
    network: {
      title,
      ...(matrix === undefined ? {} : { matrix }),
      ...(placement === undefined ? {} : { placement }),
    },
  };
}
