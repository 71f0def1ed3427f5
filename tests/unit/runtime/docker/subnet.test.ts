import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  controlOffset,
  findFreeSubnet,
  formatSubnet,
  gatewayAddress,
  nodeAddress,
  overlaps,
  parseRoutes,
  parseSubnet,
  prefixFor,
  type Subnet,
} from '../../../../controller/src/runtime/docker/subnet.ts';

describe('parseSubnet', () => {
  it('drops bits outside the prefix', () => {
    expect(formatSubnet(subnet('10.1.2.3/16'))).toBe('10.1.0.0/16');
  });

  it.each(['', '10.0.0.0', '10.0.0.256/8', '10.0.0.0/33', 'fd00::/64', '10.0.0/8'])(
    'refuses %p',
    (text) => {
      expect(parseSubnet(text)).toBeNull();
    },
  );
});

describe('prefixFor', () => {
  it.each([
    [1, 26],
    [50, 26],
    [53, 26],
    [54, 25],
    [117, 25],
    [118, 24],
    [1000, 22],
  ])('gives %i nodes a /%i', (nodeCount, prefix) => {
    expect(prefixFor(nodeCount)).toBe(prefix);
  });

  it('always leaves room below the broadcast address', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), (nodeCount) => {
        const size = 2 ** (32 - prefixFor(nodeCount));
        const base = subnet('10.0.0.0/8');
        const last = nodeAddress(base, nodeCount - 1)
          .split('.')
          .map(Number);
        const offset = last.reduce((sum, octet) => sum * 256 + octet, 0) - base.address;
        expect(offset).toBeLessThan(size - 1);
      }),
    );
  });
});

describe('findFreeSubnet', () => {
  it('finds one that overlaps nothing that is taken', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const address = fc.tuple(octet, octet, octet, fc.integer({ min: 9, max: 30 }));
    fc.assert(
      fc.property(fc.array(address, { maxLength: 40 }), fc.string(), (list, seedText) => {
        const taken = list.map(([b, c, d, prefix]) => subnet(`198.${b}.${c}.${d}/${prefix}`));
        const found = findFreeSubnet({ taken, prefix: 26, seedText });
        expect(found).not.toBeNull();
        if (found === null) return;
        expect(taken.some((other) => overlaps(other, found))).toBe(false);
        expect(found.address % 2 ** 6).toBe(0);
      }),
    );
  });

  it('gives the same answer to the same question', () => {
    const question = { taken: [], prefix: 26, seedText: 'a network' };
    expect(findFreeSubnet(question)).toEqual(findFreeSubnet(question));
  });

  it('goes on to the next pool when the first is full', () => {
    const found = findFreeSubnet({ taken: [subnet('198.18.0.0/15')], prefix: 24, seedText: 'x' });
    expect(found === null ? '' : formatSubnet(found)).toMatch(/^172\.(1[6-9]|2\d|3[01])\./);
  });

  it('finds the one gap in a pool', () => {
    // Everything but 10.77.0.0/16.
    const others = Array.from({ length: 256 }, (_, index) => index).filter((index) => index !== 77);
    const taken = [
      subnet('198.18.0.0/15'),
      subnet('172.16.0.0/12'),
      ...others.map((index) => subnet(`10.${index}.0.0/16`)),
    ];
    const found = findFreeSubnet({ taken, prefix: 16, seedText: 'y' });
    expect(found === null ? '' : formatSubnet(found)).toBe('10.77.0.0/16');
  });

  it('says when everything is taken', () => {
    const taken = ['198.18.0.0/15', '172.16.0.0/12', '10.0.0.0/8'].map(subnet);
    expect(findFreeSubnet({ taken, prefix: 26, seedText: 'z' })).toBeNull();
  });
});

describe('addresses', () => {
  it('puts the gateway first and the nodes behind a reserve', () => {
    const base = subnet('198.18.4.0/24');
    expect(gatewayAddress(base)).toBe('198.18.4.1');
    expect(nodeAddress(base, controlOffset(0))).toBe('198.18.4.10');
    expect(nodeAddress(base, controlOffset(244))).toBe('198.18.4.254');
    expect(nodeAddress(base, 64)).toBe('198.18.4.64');
  });
});

describe('parseRoutes', () => {
  it('reads destinations and leaves out the default route', () => {
    const text = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
      '',
    ].join('\n');
    expect(parseRoutes(text).map(formatSubnet)).toEqual(['192.0.2.0/24', '172.17.0.0/16']);
  });

  /** As the kernel writes them. */
  const table = (routes: readonly (readonly [string, string, string])[]): string => {
    const hex = (address: number): string =>
      (address.toString(16).padStart(8, '0').match(/../g) ?? []).reverse().join('').toUpperCase();
    const lines = routes.map(([device, destination, gateway]) => {
      const { address, prefix } = subnet(destination);
      const via = hex(subnet(`${gateway}/32`).address);
      const mask = hex(2 ** 32 - 2 ** (32 - prefix));
      return [device, hex(address), via, '0003', 0, 0, 0, mask, 0, 0, 0].join('\t');
    });
    return ['Iface', ...lines].join('\n');
  };
  const free = (text: string): string => {
    const found = findFreeSubnet({ taken: parseRoutes(text), prefix: 26, seedText: 'x' });
    return found === null ? 'none' : formatSubnet(found).replace(/\..*/, '');
  };

  it.each([
    ['two halves', ['0.0.0.0/1', '128.0.0.0/1']],
    ['four quarters', ['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2']],
    [
      '1, 2, 4, ... of 256',
      [
        '1.0.0.0/8',
        '2.0.0.0/7',
        '4.0.0.0/6',
        '8.0.0.0/5',
        '16.0.0.0/4',
        '32.0.0.0/3',
        '64.0.0.0/2',
        '128.0.0.0/1',
      ],
    ],
    ['256 pieces', Array.from({ length: 256 }, (_, index) => `${index}.0.0.0/8`)],
  ])('lets a tunnel take the default route as %s', (_what, pieces) => {
    const own = [
      ['eth0', '192.168.1.0/24', '0.0.0.0'],
      ['tun0', '10.8.0.0/24', '0.0.0.0'],
    ] as const;
    for (const gateway of ['10.8.0.1', '0.0.0.0']) {
      const text = table([...own, ...pieces.map((piece) => ['tun0', piece, gateway] as const)]);
      expect(parseRoutes(text).map(formatSubnet)).toEqual(['192.168.1.0/24', '10.8.0.0/24']);
      expect(free(text)).toBe('198');
    }
  });

  it('keeps what a tunnel routes for one network, however large', () => {
    const text = table([
      ['tun0', '10.0.0.0/8', '10.8.0.1'],
      ['tun0', '198.18.0.0/15', '10.8.0.1'],
    ]);
    expect(parseRoutes(text).map(formatSubnet)).toEqual(['10.0.0.0/8', '198.18.0.0/15']);
    expect(free(text)).toBe('172');
  });
});

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  if (parsed === null) throw new Error(`${text} is not a subnet`);
  return parsed;
}
