import { describe, expect, it } from '@jest/globals';
import {
  featuresBeyondUserspace,
  type NetemFinding,
  resolveShaper,
} from '../../../controller/src/plan/resolve-shaper.ts';
import { scenarioOf } from './networks-of.ts';

const works: NetemFinding = { kind: 'works' };
const missing: NetemFinding = {
  kind: 'missing',
  missing: ['the kernel module sch_netem'],
  hint: 'Load it: modprobe sch_netem.',
};

async function resolve(yaml: string, finding: NetemFinding) {
  let trials = 0;
  const resolved = await resolveShaper(scenarioOf(`nodes: [4]\n${yaml}`), async () => {
    trials++;
    return finding;
  });
  return { ...resolved, trials };
}

describe('resolveShaper', () => {
  it.each([
    ['nothing for an ideal network, without a trial', '', missing, 'none', 0],
    ['nothing where none is asked for', 'shaper: none\n', works, 'none', 0],
    ['netem where it works', 'network: wan\n', works, 'netem', 1],
    ['netem where it is asked for', 'network: wan\nshaper: netem\n', works, 'netem', 1],
    ['netem for an ideal network if it is asked for', 'shaper: netem\n', works, 'netem', 1],
    ['the nodes where it is missing', 'network: wan\n', missing, 'userspace', 1],
    [
      'the nodes where they are asked for',
      'network: wan\nshaper: userspace\n',
      works,
      'userspace',
      0,
    ],
    ['the nodes of processes', 'network: wan\nruntime: process\n', works, 'userspace', 0],
    ['netem for changes alone', 'timeline: [{at: 1s, profile: wan}]\n', works, 'netem', 1],
  ] as const)('takes %s', async (_title, yaml, finding, shaper, trials) => {
    expect(await resolve(yaml, finding)).toMatchObject({ shaper, trials });
  });

  it('warns where it takes what nobody asked for, and says why', async () => {
    const { warnings } = await resolve('network: wan\n', missing);
    expect(warnings).toEqual([expect.stringContaining('lacks the kernel module sch_netem')]);
    const asked = await resolve('network: wan\nshaper: userspace\n', missing);
    expect(asked.warnings).toEqual([]);
  });

  it('fails where netem is asked for and missing, with what helps', async () => {
    await expect(resolve('network: wan\nshaper: netem\n', missing)).rejects.toMatchObject({
      code: 'SHAPER_UNAVAILABLE',
      message: expect.stringContaining('the kernel module sch_netem'),
      hint: expect.stringContaining('modprobe'),
    });
  });

  it('fails where packets are to be duplicated and the kernel cannot do that alone', async () => {
    const toDuplicate = { missing: ['the kernel module ifb'], hint: 'modprobe ifb' };
    const finding: NetemFinding = { kind: 'works', toDuplicate };
    expect(await resolve('network: wan\n', finding)).toMatchObject({ shaper: 'netem' });
    for (const where of ['network', 'timeline']) {
      const profile = '{rtt: 20ms, duplicate: 1%}';
      const yaml =
        where === 'network'
          ? `network: {profile: ${profile}}\n`
          : `network: wan\ntimeline: [{at: 1s, profile: ${profile}}]\n`;
      await expect(resolve(yaml, finding)).rejects.toMatchObject({
        code: 'SHAPER_UNAVAILABLE',
        message: 'The network asks for duplicated packets. This host lacks the kernel module ifb.',
        hint: expect.stringContaining('modprobe ifb'),
      });
    }
  });

  it.each([
    ['corrupt: 1%', 'corrupted packets'],
    ['duplicate: 1%', 'duplicated packets'],
    ['reorder: true', 'packets that overtake each other'],
    ['queue: 5000', 'a limit of queues'],
  ])('fails where only netem can do %s', async (key, phrase) => {
    const yaml = `network: {profile: {rtt: 20ms, ${key}}}\n`;
    await expect(resolve(yaml, missing)).rejects.toMatchObject({
      code: 'SHAPER_UNAVAILABLE',
      message: expect.stringContaining(phrase),
    });
    expect(await resolve(yaml, works)).toMatchObject({ shaper: 'netem' });
  });

  it.each([
    ['a group', 'network: {groups: {edge: {nodes: 1, profile: {corrupt: 1%}}}}\n'],
    ['a matrix', 'network: {regions: [a, b], matrix: {a: {b: {rtt: 1ms, corrupt: 1%}}}}\n'],
    ['a change', 'timeline: [{at: 1s, degrade: {add: {corrupt: 1%}}}]\n'],
  ])('looks for that in %s too', (_title, yaml) => {
    expect(featuresBeyondUserspace(scenarioOf(`nodes: [4]\n${yaml}`))).toEqual([
      'corrupted packets',
    ]);
  });
});
