import { describe, expect, it } from '@jest/globals';
import {
  readMissingTools,
  readNetemSupport,
} from '../../../../controller/src/runtime/docker/netem-support.ts';

const debian = { OperatingSystem: 'Debian GNU/Linux 12', KernelVersion: '6.1.0-18-amd64' };
const works = [
  'sch_htb ok',
  'htb_class ok',
  'cls_u32 ok',
  'sch_netem ok',
  'qdisc netem 8001: root refcnt 2 limit 1000 delay 5ms  1ms loss 1% rate 100Gbit',
  'ifb ok',
  'sch_ingress ok',
  'act_mirred ok',
].join('\n');
/** As iproute2 6.1 says it, and as 5.4 did. */
const noNetem = works.replace(
  /sch_netem ok[\s\S]*/,
  'sch_netem Error: Specified qdisc kind is unknown.',
);
const noNetemOld = works.replace(
  /sch_netem ok[\s\S]*/,
  'sch_netem RTNETLINK answers: No such file or directory',
);

describe('readNetemSupport', () => {
  it('believes a qdisc that is there and set', () => {
    expect(readNetemSupport(works, debian)).toEqual({ kind: 'works' });
  });

  it.each([noNetem, noNetemOld])('names the module that is missing', (output) => {
    expect(readNetemSupport(output, debian)).toMatchObject({
      kind: 'missing',
      missing: ['the kernel module sch_netem'],
      hint: expect.stringContaining('modprobe sch_netem'),
    });
  });

  it('tells apart what only duplication needs', () => {
    const output = works
      .replace('ifb ok', 'ifb Error: Unknown device type.')
      .replace('act_mirred ok', 'act_mirred Error: Failed to load TC action module.');
    expect(readNetemSupport(output, debian)).toEqual({
      kind: 'works',
      toDuplicate: {
        missing: ['the kernel module ifb', 'the kernel module act_mirred'],
        hint: expect.stringContaining('modprobe -a ifb act_mirred'),
      },
    });
  });

  it('names all that is missing', () => {
    const output = noNetem.replace('cls_u32 ok', 'cls_u32 Error: TC classifier not found.');
    expect(readNetemSupport(output, debian)).toMatchObject({
      missing: ['the kernel module sch_netem', 'the kernel module cls_u32'],
    });
  });

  it('does not believe a qdisc that is not there afterwards', () => {
    const output = works.replace(/^qdisc.*$/m, 'qdisc noqueue 0: root refcnt 2');
    expect(readNetemSupport(output, debian)).toMatchObject({
      kind: 'missing',
      missing: [expect.stringContaining('keeps what it is set to')],
    });
  });

  it('takes missing rights for what they are, and no module for missing', () => {
    const output = ['sch_htb', 'htb_class', 'cls_u32', 'sch_netem']
      .map((name) => `${name} RTNETLINK answers: Operation not permitted`)
      .join('\n');
    expect(readNetemSupport(output, debian)).toMatchObject({
      kind: 'missing',
      missing: [expect.stringContaining('right')],
    });
  });

  it.each([
    ['Ubuntu 24.04.1 LTS', '6.8.0-41-generic', 'linux-modules-extra-6.8.0-41-generic'],
    ['Fedora Linux 42', '6.14.0-63.fc42.x86_64', 'kernel-modules-extra-6.14.0-63.fc42.x86_64'],
    ['Docker Desktop', '6.10.14-linuxkit', 'Docker Desktop'],
    ['Ubuntu 22.04', '5.15.153.1-microsoft-standard-WSL2', 'WSL 2'],
    ['Buildroot 2023.02', '5.10.207', 'minikube'],
    ['Arch Linux', '6.9.1-arch1-1', 'modprobe sch_netem'],
  ])('knows a way out on %s', (OperatingSystem, KernelVersion, expected) => {
    const support = readNetemSupport(noNetem, { OperatingSystem, KernelVersion });
    expect(support).toMatchObject({ hint: expect.stringContaining(expected) });
  });
});

describe('readMissingTools', () => {
  it('reads names of programs, and none from a good probe', () => {
    expect(readMissingTools(`tool perl\ntool tc\n${works}`)).toEqual(['perl', 'tc']);
    expect(readMissingTools(works)).toEqual([]);
  });
});
